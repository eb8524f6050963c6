package server_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestServer_bodiesThatDoNotFitAreRefusedByField(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for body, field := range map[string]string{
		`{"mail": "a@example.com"}`:                            "mail",
		`{"Email": "a@example.com"}`:                           "Email",
		`{"telephony": {"ring_secs": 30}}`:                     "telephony.ring_secs",
		`{"email": 7}`:                                         "email",
		`{"email": null}`:                                      "email",
		`{"telephony": null}`:                                  "telephony",
		`{"telephony": []}`:                                    "telephony",
		`{"telephony": {"ring_seconds": "30"}}`:                "telephony.ring_seconds",
		`{"telephony": {"ring_seconds": 30.5}}`:                "telephony.ring_seconds",
		`{"telephony": {"caller_ids": "+48225550101"}}`:        "telephony.caller_ids",
		`{"telephony": {"caller_ids": ["+48225550101", 7]}}`:   "telephony.caller_ids",
		`{"telephony": {"caller_ids": [null]}}`:                "telephony.caller_ids",
		`{"enabled": "yes"}`:                                   "enabled",
		`{"password": ["Geheim-7153"]}`:                        "password",
		`{"voicemail": {"pin": 7153}}`:                         "voicemail.pin",
		`{"webcare": {"suffixes": "^AR"}}`:                     "webcare.suffixes",
		`{"webcare": {"suffixes": {"x": null}}}`:               "webcare.suffixes.x",
		`{"webcare": {"suffixes": {"x": 7}}}`:                  "webcare.suffixes.x",
		`{"licence": {"editon": "mini"}}`:                      "licence.editon",
		`{"email": "a@example.com", "email": "b@example.com"}`: "email",
	} {
		answer := send(t, p, "POST", "/v1/users", body)
		badAt(t, answer, field)
		if strings.Contains(string(answer.body), "Geheim") {
			t.Errorf("%s repeats a password", answer.body)
		}
	}
}

func TestServer_bodiesThatAreNotOneObjectAreRefused(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for _, body := range []string{"", "{", "name: Agenci", `{"name": "Agenci"} {}`, `{"name": "Agenci"} x`, `[]`, `"Agenci"`, `null`, "{\"name\": \"\xff\"}"} {
		refused(t, send(t, p, "POST", "/v1/permission-groups", body), portal.CodeBadRequest)
		refused(t, send(t, p, "PUT", "/v1/permission-groups/grp_1", body), portal.CodeBadRequest)
	}
}

func TestServer_bodiesAreLimitedTo1MiBAndWithAPictureTo2(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for path, limit := range map[string]int{
		"POST /v1/permission-groups": 1 << 20, "POST /v1/sip-accounts": 1 << 20, "POST /v1/user-groups": 1 << 20, "POST /v1/users": 2 << 20, "PUT /v1/users/": 2 << 20,
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(path, " ")
			if strings.HasSuffix(path, "/") {
				path += p.Stock(t).HolderID
			}
			fits := `{"name": "` + strings.Repeat("x", limit-len(`{"name": ""}`)) + `"}`
			if strings.HasPrefix(path, "/v1/users") {
				fits = strings.Replace(fits, `{"name": "x`, `{"email": "`, 1)
			}
			if len(fits) != limit {
				t.Fatalf("%d bytes, want %d", len(fits), limit)
			}
			refused(t, send(t, p, method, path, fits), portal.CodeInvalid)
			problem := refused(t, send(t, p, method, path, fits+" "), portal.CodeTooLarge)
			if want := strconv.Itoa(limit); !strings.Contains(problem.Detail, want) {
				t.Errorf("%q does not say %s", problem.Detail, want)
			}
		})
	}
}

func TestServer_EN04_thePictureThatIsAllowedFits(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	user := portaltest.GoodUser(p.Stock(t))
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 16, 16))); err != nil {
		t.Fatal(err)
	}
	picture.Write(make([]byte, portal.MaxAvatarSize-picture.Len()))
	user.Webcare = &portal.Webcare{Avatar: new(base64.StdEncoding.EncodeToString(picture.Bytes()))}
	answer := send(t, p, "POST", "/v1/users", user)
	created := into[portal.User](t, answer, http.StatusCreated)
	if created.Webcare.Avatar != nil || len(created.Webcare.AvatarSHA256) != 64 {
		t.Errorf("picture %d bytes, digest %q", len(answer.body), created.Webcare.AvatarSHA256)
	}
	user.Webcare.Avatar = new(base64.StdEncoding.EncodeToString(append(picture.Bytes(), 0)))
	problem := refused(t, send(t, p, "PUT", "/v1/users/"+created.ID, user), portal.CodeInvalid)
	if slices.ContainsFunc(problem.Errors, func(e portal.FieldError) bool { return e.Field != "webcare.avatar" }) {
		t.Errorf("a picture of a byte too much: %+v", problem.Errors)
	}
}

func TestServer_onlyPlainJSONIsRead(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const group = `{"name": "Agenci"}`
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json;=", "application/jsonx"} {
		refused(t, send(t, p, "POST", "/v1/permission-groups", group, header("Content-Type", contentType)), portal.CodeUnsupportedMedia)
	}
	refused(t, send(t, p, "POST", "/v1/permission-groups", group, header("Content-Encoding", "gzip")), portal.CodeUnsupportedMedia)
	into[portal.PermissionGroup](t, send(t, p, "POST", "/v1/permission-groups", group, header("Content-Type", "Application/JSON; charset=utf-8")), http.StatusCreated)
}

func TestServer_readOnlyFieldsOfARequestAreIgnored(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	group := into[portal.PermissionGroup](t, send(t, p, "POST", "/v1/permission-groups",
		`{"id": "grp_mine", "etag": "\"mine\"", "name": "Agenci", "built_in": true}`), http.StatusCreated)
	if group.ID == "grp_mine" || group.ETag == `"mine"` || group.BuiltIn {
		t.Errorf("the portal took over what only it writes: %+v", group)
	}
}

func TestServer_idempotencyKey(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	key := header("Idempotency-Key", strings.Repeat("k ~", 85)) // 255 characters
	first := send(t, p, "POST", "/v1/permission-groups", `{"name": "Agenci"}`, key)
	second := send(t, p, "POST", "/v1/permission-groups", `{"name": "Agenci"}`, key)
	made, again := into[portal.PermissionGroup](t, first, http.StatusCreated), into[portal.PermissionGroup](t, second, http.StatusCreated)
	if made.ID != again.ID || first.header.Get("Location") != second.header.Get("Location") {
		t.Errorf("the repeated request made %s, the first one %s", again.ID, made.ID)
	}
	if first.header.Get("Idempotency-Replayed") != "" || second.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("Idempotency-Replayed is %q, then %q", first.header.Get("Idempotency-Replayed"), second.header.Get("Idempotency-Replayed"))
	}
	refused(t, send(t, p, "POST", "/v1/permission-groups", `{"name": "Szefowie"}`, key), portal.CodeInvalid)
	twice := func(r *http.Request) { r.Header["Idempotency-Key"] = []string{"a", "b"} }
	for _, bad := range []option{header("Idempotency-Key", ""), header("Idempotency-Key", strings.Repeat("k", 256)), header("Idempotency-Key", "ключ"), twice} {
		badAt(t, send(t, p, "POST", "/v1/permission-groups", `{"name": "Inni"}`, bad), "Idempotency-Key")
	}
}
