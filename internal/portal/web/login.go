package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
	"net/http"
	"net/url"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// chooseOrganization leads to the log-in page of an organisation: of the only one, or of the one that is named.
func (v *visit) chooseOrganization() error {
	id := v.URL.Query().Get("organization")
	if id == "" {
		only, err := v.site.portal.OnlyOrganization(v.Context())
		if err != nil {
			return err
		}
		id = only
	}
	if id == "" {
		v.show(http.StatusOK, "organization", page{Title: "organization.title"})
		return nil
	}
	if _, err := v.site.portal.Door(v.Context(), id); err != nil {
		if problem, coded := errors.AsType[*portal.Error](err); coded && problem.Code == portal.CodeNotFound {
			v.show(http.StatusNotFound, "organization", page{Title: "organization.title", Error: say(negotiate(v.Request, ""), "organization.unknown")})
			return nil
		}
		return err
	}
	http.Redirect(v.w, v.Request, "/o/"+url.PathEscape(id)+"/login", http.StatusSeeOther)
	return nil
}

func (v *visit) loginForm() error {
	if v.session != nil {
		return v.next()
	}
	p := v.loginPage("")
	if v.URL.Query().Has("activated") {
		p.Notice = "activate.done"
	}
	v.show(http.StatusOK, "login", p)
	return nil
}

func (v *visit) loginPage(login string) page {
	return page{Title: "login.to", Organization: v.door.Name, Login: login, LoginLabel: v.loginLabel()}
}

func (v *visit) logIn() error {
	login := v.PostForm.Get("login")
	secret, _, err := v.site.portal.LogIn(v.Context(), v.organization, login, portal.Secret(v.PostForm.Get("password")), address(v.Request))
	if shown, err := v.again(err, portal.CodeUnauthorized, "error.login", "login", v.loginPage(login)); shown || err != nil {
		return err
	}
	v.remember(secret)
	return v.redirect("/next")
}

func (v *visit) adminLoginForm() error {
	v.show(http.StatusOK, "admin_login", page{Title: "admin.title"})
	return nil
}

func (v *visit) adminLogIn() error {
	secret, _, err := v.site.portal.LogInWithToken(v.Context(), v.organization, v.PostForm.Get("token"), address(v.Request))
	if shown, err := v.again(err, portal.CodeUnauthorized, "error.token", "admin_login", page{Title: "admin.title"}); shown || err != nil {
		return err
	}
	v.remember(secret)
	return v.redirect("/admin/users")
}

func (v *visit) logOut() error {
	if err := v.site.portal.LogOut(v.Context(), v.secret); err != nil {
		return err
	}
	v.forget()
	return v.redirect("/login")
}

// next leads to what has to be done first, or to where people start.
func (v *visit) next() error {
	switch {
	case v.session.Stage == service.StageCode:
		return v.redirect("/code")
	case v.session.Stage == service.StageEnrolment:
		return v.redirect("/enrol")
	case v.session.Stage == service.StagePassword:
		return v.redirect("/password")
	case v.session.UserID == "":
		return v.redirect("/admin/users")
	default:
		return v.redirect("/me")
	}
}

func (v *visit) codeForm() error {
	if v.session.Stage != service.StageCode {
		return v.next()
	}
	v.show(http.StatusOK, "code", page{Title: "code.title"})
	return nil
}

func (v *visit) verifyCode() error {
	secret, _, err := v.site.portal.VerifyCode(v.Context(), v.secret, v.PostForm.Get("code"))
	if shown, err := v.again(err, portal.CodeInvalid, "error.code", "code", page{Title: "code.title"}); shown || err != nil {
		return err
	}
	v.remember(secret)
	return v.redirect("/next")
}

func (v *visit) enrolForm() error {
	if v.session.UserID == "" || v.session.TwoFactor || v.session.Stage != service.StageEnrolment && v.session.Stage != service.StageFull {
		return v.next()
	}
	return v.showEnrolment(http.StatusOK, "")
}

// showEnrolment shows the secret for the app. It stays the same for the session, so that an app which has scanned it is
// right after a wrong code, too.
func (v *visit) showEnrolment(status int, message string) error {
	enrolment, err := v.site.portal.BeginEnrolment(v.Context(), v.secret)
	if err != nil {
		return err
	}
	picture, err := qrCode(enrolment.URI)
	if err != nil {
		return err
	}
	asks, err := v.site.portal.AsksPassword(v.Context(), v.secret)
	if err != nil {
		return err
	}
	v.show(status, "enrol", page{Title: "enrol.title", QR: picture, Secret: enrolment.Secret, Error: message, AsksPassword: asks})
	return nil
}

// qrCode is a text as a picture in a data URL.
func qrCode(text string) (template.URL, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", err
	}
	const side = 440 // pixels, twice what is shown
	if code, err = barcode.Scale(code, side, side); err != nil {
		return "", err
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, code); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.Bytes())), nil //nolint:gosec // made here
}

func (v *visit) enrol() error {
	codes, secret, session, err := v.site.portal.EnrolFactor(v.Context(), v.secret, portal.Secret(v.PostForm.Get("old")), v.PostForm.Get("code"))
	if problem, coded := errors.AsType[*portal.Error](err); coded && problem.Code == portal.CodeInvalid {
		return v.showEnrolment(http.StatusUnprocessableEntity, say(negotiate(v.Request, v.language()), refusedProof(problem)))
	}
	if err != nil {
		return err
	}
	v.remember(secret)
	v.session, v.csrf = &session, session.CSRF
	v.show(http.StatusOK, "recovery", page{Title: "recovery.title", Codes: codes}) // this once, so there is no page to lead to
	return nil
}

// refusedProof is the key of what was wrong: the password or the code.
func refusedProof(problem *portal.Error) string {
	for _, field := range problem.Errors {
		if field.Field == "old_password" {
			return "error.old"
		}
	}
	return "error.code"
}

// removeFactor takes the own second factor away.
func (v *visit) removeFactor() error {
	err := v.site.portal.RemoveFactor(v.Context(), v.secret, portal.Secret(v.PostForm.Get("old")))
	if problem, coded := errors.AsType[*portal.Error](err); coded && problem.Code == portal.CodeConflict {
		v.show(http.StatusConflict, "me", page{Title: "me.title", Error: say(negotiate(v.Request, v.language()), "me.required")})
		return nil
	}
	if shown, err := v.again(err, portal.CodeInvalid, "error.old", "me", page{Title: "me.title"}); shown || err != nil {
		return err
	}
	return v.redirect("/me?removed")
}

func (v *visit) me() error {
	p := page{Title: "me.title"}
	if v.URL.Query().Has("removed") {
		p.Notice = "me.removed"
	}
	v.show(http.StatusOK, "me", p)
	return nil
}

// again shows a form once more if what was sent is refused with this code, or comes too early, and reports whether it
// did.
func (v *visit) again(err error, code portal.Code, key, name string, p page) (shown bool, _ error) {
	if err == nil {
		return false, nil
	}
	problem, coded := errors.AsType[*portal.Error](err)
	in := negotiate(v.Request, v.language())
	switch {
	case coded && problem.Code == portal.CodeTooManyRequests:
		p.Error = say(in, "error.throttled", v.retryAfter(problem))
		v.show(http.StatusTooManyRequests, name, p)
	case coded && problem.Code == code:
		p.Error = say(in, key)
		v.show(http.StatusUnprocessableEntity, name, p)
	default:
		return false, err
	}
	return true, nil
}
