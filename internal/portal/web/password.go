package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func (v *visit) passwordForm() error {
	if v.session.UserID == "" || v.session.Stage != service.StagePassword && v.session.Stage != service.StageFull {
		return v.next()
	}
	v.show(http.StatusOK, "password", v.passwordPage())
	return nil
}

func (v *visit) passwordPage() page {
	p := page{Title: "change.title", Rules: v.rules()}
	if v.session.Stage == service.StagePassword {
		p.Title, p.FirstOwn = "change.first", true
	}
	return p
}

func (v *visit) changePassword() error {
	old, chosen := portal.Secret(v.PostForm.Get("old")), portal.Secret(v.PostForm.Get("new"))
	secret, _, err := v.site.portal.ChangePassword(v.Context(), v.secret, old, chosen)
	if problem, coded := errors.AsType[*portal.Error](err); coded && problem.Code == portal.CodeInvalid {
		p := v.passwordPage()
		p.Error = say(negotiate(v.Request, v.language()), refusedPassword(problem))
		v.show(http.StatusUnprocessableEntity, "password", p)
		return nil
	}
	if err != nil {
		return err
	}
	v.remember(secret)
	return v.redirect("/next")
}

// refusedPassword is the key of the reason why a password is refused. The portal's own words are for programs, in
// English.
func refusedPassword(problem *portal.Error) string {
	for _, field := range problem.Errors {
		switch {
		case field.Field == "old_password":
			return "error.old"
		case field.Code == portal.CodeWeakPassword:
			return "error.weak"
		case field.Code == portal.CodeInUse:
			return "error.same"
		}
	}
	return "error.phone"
}

func (v *visit) forgotForm() error {
	v.show(http.StatusOK, "forgot", page{Title: "forgot.title", LoginLabel: v.loginLabel()})
	return nil
}

// forgot answers the same whether or not there is such a person.
func (v *visit) forgot() error {
	err := v.site.portal.RequestReset(v.Context(), v.organization, v.PostForm.Get("login"), address(v.Request))
	form := page{Title: "forgot.title", LoginLabel: v.loginLabel()}
	if shown, err := v.again(err, portal.CodeTooManyRequests, "error.throttled", "forgot", form); shown || err != nil {
		return err
	}
	notice := "forgot.done"
	if !v.site.portal.SendsMail() {
		notice = "forgot.no_mail"
	}
	v.show(http.StatusOK, "message", page{Title: "forgot.title", Notice: notice})
	return nil
}

// activateForm takes the token out of the address first, so that it is in no later one and in no history.
func (v *visit) activateForm() error {
	if token := v.URL.Query().Get("token"); token != "" {
		v.set(activationCookie, token, time.Hour)
		return v.redirect("/activate")
	}
	return v.showActivation(http.StatusOK, "")
}

func (v *visit) showActivation(status int, errorKey string) error {
	activation, err := v.site.portal.Activation(v.Context(), v.organization, v.cookie(activationCookie))
	if problem, coded := errors.AsType[*portal.Error](err); coded && problem.Code == portal.CodeNotFound {
		v.show(http.StatusNotFound, "message", page{Title: "activate.title", Error: say(negotiate(v.Request, v.language()), "activate.gone")})
		return nil
	}
	if err != nil {
		return err
	}
	v.session, v.personLanguage = nil, activation.Language // whoever follows the link, the form is for its owner
	p := page{Title: "activate.title", Login: activation.Login, Rules: v.rules()}
	if errorKey != "" {
		p.Error = say(negotiate(v.Request, v.language()), errorKey)
	}
	v.show(status, "activate", p)
	return nil
}

func (v *visit) activate() error {
	err := v.site.portal.Activate(v.Context(), v.organization, v.cookie(activationCookie), portal.Secret(v.PostForm.Get("new")))
	switch problem, coded := errors.AsType[*portal.Error](err); {
	case coded && problem.Code == portal.CodeInvalid:
		return v.showActivation(http.StatusUnprocessableEntity, refusedPassword(problem))
	case coded && problem.Code == portal.CodeNotFound:
		return v.showActivation(http.StatusNotFound, "")
	case err != nil:
		return err
	}
	v.unset(activationCookie)
	v.forget()
	return v.redirect("/login?activated")
}
