package service

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// managed is what is said of who manages an object, in a way that all kinds of objects share.
type managed struct {
	id, etag, by, createdAt string
	untouched               bool
}

// managedNoun makes and changes objects of one kind.
type managedNoun struct {
	create func(Caller, string) (managed, error)
	change func(Caller, string) (managed, error)
}

func managedNouns(t *testing.T, f *fixture) map[portal.Noun]managedNoun {
	t.Helper()
	ctx := t.Context()
	group := f.group("Agents")
	user := func(u portal.User, err error) (managed, error) {
		return managed{u.ID, u.ETag, u.ManagedBy, u.CreatedAt, u.Untouched}, err
	}
	permissionGroup := func(g portal.PermissionGroup, err error) (managed, error) {
		return managed{g.ID, g.ETag, g.ManagedBy, g.CreatedAt, g.Untouched}, err
	}
	account := func(a portal.SIPAccount, err error) (managed, error) {
		return managed{a.ID, a.ETag, a.ManagedBy, a.CreatedAt, a.Untouched}, err
	}
	userGroup := func(g portal.UserGroup, err error) (managed, error) {
		return managed{g.ID, g.ETag, g.ManagedBy, g.CreatedAt, g.Untouched}, err
	}
	return map[portal.Noun]managedNoun{
		portal.NounUser: {
			create: func(c Caller, key string) (managed, error) {
				made, err := f.CreateUser(ctx, c, dynamic(group, "alice@example.com"), key)
				return user(made.Object, err)
			},
			change: func(c Caller, id string) (managed, error) {
				return user(f.ReplaceUser(ctx, c, id, portal.User{LastName: new("Smit")}, ""))
			},
		},
		portal.NounPermissionGroup: {
			create: func(c Caller, key string) (managed, error) {
				made, err := f.CreatePermissionGroup(ctx, c, portal.PermissionGroup{Name: new("Sales")}, key)
				return permissionGroup(made.Object, err)
			},
			change: func(c Caller, id string) (managed, error) {
				return permissionGroup(f.ReplacePermissionGroup(ctx, c, id, portal.PermissionGroup{Name: new("Support")}, ""))
			},
		},
		portal.NounSIPAccount: {
			create: func(c Caller, key string) (managed, error) {
				made, err := f.CreateSIPAccount(ctx, c, portal.SIPAccount{Extension: new("1001")}, key)
				return account(made.Object, err)
			},
			change: func(c Caller, id string) (managed, error) {
				return account(f.ReplaceSIPAccount(ctx, c, id, portal.SIPAccount{Name: new("Desk")}, ""))
			},
		},
		portal.NounUserGroup: {
			create: func(c Caller, key string) (managed, error) {
				made, err := f.CreateUserGroup(ctx, c, portal.UserGroup{Name: new("position")}, key)
				return userGroup(made.Object, err)
			},
			change: func(c Caller, id string) (managed, error) {
				return userGroup(f.ReplaceUserGroup(ctx, c, id, portal.UserGroup{Name: new("rank")}, ""))
			},
		},
	}
}

func TestManagedBy_ALL09_staysUntilAnotherManagerWrites(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	as := func(name string) Caller {
		caller := f.acme
		caller.ManagedBy = &name
		return caller
	}
	for noun, objects := range managedNouns(t, f) {
		made, err := objects.create(as("people"), "key-"+string(noun))
		if err != nil || made.by != "people" || made.createdAt != "2026-03-04T05:06:07Z" || !made.untouched {
			t.Fatalf("%s: made as %+v, %v", noun, made, err)
		}
		if again, err := objects.create(as("people"), "key-"+string(noun)); err != nil || again != made {
			t.Errorf("%s: the repetition of the create is answered with %+v, %v; want %+v", noun, again, err, made)
		}
		for _, step := range []struct {
			caller Caller
			want   string
		}{{f.acme, "people"}, {as("phones"), "phones"}, {as(""), ""}} { // a page or a plain client does not say who manages it
			changed, err := objects.change(step.caller, made.id)
			if err != nil || changed.by != step.want || changed.untouched || changed.createdAt != made.createdAt {
				t.Errorf("%s: changed to %+v, %v; want it managed by %q", noun, changed, err, step.want)
			}
		}
	}
}

// Taking an object over is a change, even if it is as wanted already: whoever managed it before must hear of it.
func TestManagedBy_takingOverIsAChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := f.acme
	other.ManagedBy = new("phones")
	for noun, objects := range managedNouns(t, f) {
		made, err := objects.create(f.acme, "")
		if err != nil || made.by != "" {
			t.Fatalf("%s: %+v, %v", noun, made, err)
		}
		before, err := objects.change(f.acme, made.id)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := objects.change(f.acme, made.id); err != nil || same.etag != before.etag {
			t.Errorf("%s: nothing changed, and the ETag is %s, %v", noun, same.etag, err)
		}
		if taken, err := objects.change(other, made.id); err != nil || taken.etag == before.etag || taken.by != "phones" {
			t.Errorf("%s: taken over as %+v, %v", noun, taken, err)
		}
	}
}

func TestManagedBy_isTheNameOfTheTokenUnlessItCannotBeSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	caller := f.acme
	for name, want := range map[string]string{"terraform": "terraform", "Přístup": caller.TokenID} {
		caller.Actor = portal.Actor{Kind: portal.ActorToken, ID: caller.TokenID, Name: name}
		if organization, err := f.Organization(t.Context(), caller); err != nil || organization.ManagedBy != want {
			t.Errorf("the token %q manages as %q, %v; want %q", name, organization.ManagedBy, err, want)
		}
	}
}
