package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// peoplePerPage is how many people a page of the list shows.
const peoplePerPage = 50

// person is a user as the administrators' pages show it.
type person struct {
	ID, Name, Login, Email, Username string
	Status                           string
	Enabled, TwoFactor               bool
	Groups, Extension                string
	Invited, LastLogin               string
}

func personOf(u portal.User, groups map[string]string) person {
	p := person{
		ID: u.ID, Email: text(u.Email), Username: text(u.Username), Status: string(u.Status), Enabled: u.Enabled == nil || *u.Enabled,
		TwoFactor: u.TwoFactor, Invited: u.InvitedAt, LastLogin: u.LastLoginAt,
	}
	p.Login = cmp.Or(p.Username, p.Email)
	p.Name = cmp.Or(service.PersonName(u), p.Login)
	if u.Telephony != nil {
		p.Extension = text(u.Telephony.Extension)
	}
	names := make([]string, 0, len(u.PermissionGroupIDs))
	for _, id := range u.PermissionGroupIDs {
		names = append(names, groups[id])
	}
	p.Groups = strings.Join(names, ", ")
	return p
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func (v *visit) caller() service.Caller {
	return v.site.portal.SessionCaller(*v.session)
}

func (v *visit) people() error {
	values := v.URL.Query()
	query := service.PeopleQuery{Search: values.Get("search"), Status: portal.UserStatus(values.Get("status")), After: values.Get("after"), Limit: peoplePerPage}
	found, err := v.site.portal.ListPeople(v.Context(), v.caller(), query)
	if err != nil {
		return err
	}
	p := page{Title: "people.title", Wide: true, Search: query.Search, Status: string(query.Status), Count: strconv.Itoa(len(found.Items))}
	for _, user := range found.Items {
		p.People = append(p.People, personOf(user, found.Groups))
	}
	for _, status := range portal.UserStatuses() {
		p.Statuses = append(p.Statuses, string(status))
	}
	list := func(after string) string {
		address := url.Values{}
		for key, value := range map[string]string{"search": query.Search, "status": string(query.Status), "after": after} {
			if value != "" {
				address.Set(key, value)
			}
		}
		return v.base() + "/admin/users?" + address.Encode()
	}
	if found.Next != "" {
		p.NextPage = list(found.Next)
	}
	if query.After != "" {
		p.FirstPage = list("")
	}
	v.show(http.StatusOK, "people", p)
	return nil
}

// peopleCSV streams the download (EN-19). One that breaks off breaks the connection: a part must not pass for the
// whole.
func (v *visit) peopleCSV() error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	v.w.Header().Set("Content-Disposition", `attachment; filename="users.csv"`)
	if err := v.site.portal.WriteUsersCSV(v.Context(), v.caller(), v.w); err != nil {
		v.site.options.Log.ErrorContext(v.Context(), "download broke off", "path", v.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// done says what an administrator did, by the name that stands in the address of the page that tells of it.
var done = map[string]string{
	"activation": "person.sent", "block": "person.blocked", "unblock": "person.unblocked", "factor": "person.factor_reset",
}

func (v *visit) person() error {
	user, groups, err := v.site.portal.GetPerson(v.Context(), v.caller(), v.PathValue("id"))
	if err != nil {
		return err
	}
	shown := personOf(user, groups)
	p := page{Title: shown.Name, Person: &shown, Notice: done[v.URL.Query().Get("done")]}
	if p.Notice == done["activation"] && !v.site.portal.SendsMail() {
		p.Notice = "person.no_mail"
	}
	v.show(http.StatusOK, "person", p)
	return nil
}

// act does to a person what an administrator may do in the browser. Everything else is Terraform's.
func (v *visit) act() error {
	actions := map[string]func(context.Context, service.Caller, string) (portal.User, error){
		"activation": v.site.portal.SendActivation, "block": v.site.portal.BlockUser, "unblock": v.site.portal.UnblockUser,
		"factor": v.site.portal.ResetFactor,
	}
	what, id := v.PathValue("what"), v.PathValue("id")
	if what == "link" {
		return v.handOutLink(id)
	}
	action := actions[what]
	if action == nil {
		return errNotFound
	}
	if _, err := action(v.Context(), v.caller(), id); err != nil {
		return err
	}
	return v.redirect("/admin/users/" + url.PathEscape(id) + "?done=" + what)
}

// handOutLink shows a link for an administrator to hand over. It is shown this once, so there is no page to lead to.
func (v *visit) handOutLink(id string) error {
	user, groups, err := v.site.portal.GetPerson(v.Context(), v.caller(), id)
	if err != nil {
		return err
	}
	link, err := v.site.portal.HandOutLink(v.Context(), v.caller(), id)
	if err != nil {
		return err
	}
	shown := personOf(user, groups)
	base := strings.TrimRight(v.site.options.BaseURL, "/")
	if base == "" { // a portal that nobody told under which address people reach it
		base = "http://" + v.Host
	}
	p := page{Title: shown.Name, Person: &shown, Link: base + link.Path, Until: link.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")}
	v.show(http.StatusOK, "person", p)
	return nil
}
