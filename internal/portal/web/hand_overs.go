package web

import (
	"net/http"
	"net/url"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// handOversPerPage is how many hand-overs a page of the list shows.
const handOversPerPage = 50

// handOvers lists what waits for somebody to let go. Nothing can be done here: the configuration ends it, or time
// does.
func (v *visit) handOvers() error {
	query := service.ListQuery{Limit: handOversPerPage, After: v.URL.Query().Get("after")}
	found, err := v.site.portal.ListHandOvers(v.Context(), v.caller(), query)
	if err != nil {
		return err
	}
	p := page{Title: "hand_overs.title", Wide: true, HandOvers: found.Items}
	list := v.base() + "/admin/hand-overs"
	if found.Next != "" {
		p.NextPage = list + "?" + url.Values{"after": {found.Next}}.Encode()
	}
	if query.After != "" {
		p.FirstPage = list
	}
	v.show(http.StatusOK, "hand_overs", p)
	return nil
}
