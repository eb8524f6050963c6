package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// planned are the lists and look-ups that must not read whole tables, however large the organisation is.
func planned(t *testing.T) map[string]string {
	t.Helper()
	page := func(selection Selection, query, id string, args ...any) string {
		text, _, err := selection.page(query, id, args, userConditions)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	next := Selection{After: "usr_", Limit: 10}
	by := func(field string) Selection { return Selection{Limit: 10, Where: map[string]string{field: "some"}} }
	names, _ := selectNames("acme", []string{"usr_a", "usr_b"})
	return map[string]string{
		"what waits":                    selectHandOvers,
		"names of what waits":           names,
		"whether anything waits":        `SELECT 1 FROM hand_overs WHERE organization_id = $1`,
		"page of users":                 page(next, selectUser, "u.id", "acme"),
		"user by address":               page(by("email"), selectUser, "u.id", "acme"),
		"user by username":              page(by("username"), selectUser, "u.id", "acme"),
		"user by extension":             page(by("extension"), selectUser, "u.id", "acme"),
		"relations of users":            selectRelations(between("acme", "usr_a", "usr_b")),
		"relations of some users":       selectRelations(among("acme", "usr_a", "usr_b")),
		"logins of users":               selectLogins(between("acme", "usr_a", "usr_b")),
		"logins of some users":          selectLogins(among("acme", "usr_a", "usr_b")),
		"user by id":                    selectUser + ` AND u.id = $2`,
		"page of SIP accounts":          page(next, selectSIPAccount, "a.id", "acme"),
		"SIP account by extension":      selectSIPAccount + ` AND a.extension = $2`,
		"page of permission groups":     page(next, selectPermissionGroup, "id", "acme"),
		"permission group by name":      selectPermissionGroup + ` AND name_key = $2`,
		"page of user groups":           page(next, selectUserGroup, "id", "acme"),
		"user group by name":            selectUserGroup + ` AND name_key = $2`,
		"subgroup by id":                selectSubgroup + ` AND s.id = $2`,
		"page of publications":          selectPublication + ` AND id > $3 ORDER BY id LIMIT $4`,
		"page of the audit trail":       selectAudit + ` AND id < $2 ORDER BY id DESC LIMIT $3`,
		"audit trail of one object":     selectAudit + ` AND object_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4`,
		"token by secret":               selectToken + ` WHERE secret_sha256 = $1`,
		"mails that are due":            `SELECT id FROM outbox WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $2`,
		"mails of another clock":        `SELECT id FROM outbox WHERE next_attempt_at > $1 ORDER BY next_attempt_at LIMIT $2`,
		"sessions that are over":        `SELECT stage FROM sessions WHERE expires_at < $1`,
		"throttle to be forgotten":      `SELECT failures FROM login_throttle WHERE organization_id = $1 AND failed_at < $2`,
		"idempotency key":               `SELECT object_id FROM idempotency_keys WHERE organization_id = $1 AND token_id = $2 AND request_key = $3`,
		"address on a whole platform":   `SELECT user_id FROM platform_emails WHERE platform = $1 AND ` + hasKey("email_key", "$2"),
		"user by the key of an address": userByKey("email_key"),
		"users that share keys":         `SELECT id FROM users WHERE organization_id = $1 AND shares_key ORDER BY id`,
	}
}

func TestSQLite_lookUpsUseAnIndex(t *testing.T) {
	t.Parallel()
	s := openAt(t, newFile(t))
	for name, query := range planned(t) {
		rows, err := s.db.Query("EXPLAIN QUERY PLAN "+query, slices.Repeat([]any{1}, parameters(query))...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SCAN") || strings.Contains(detail, "TEMP B-TREE") {
				t.Errorf("%s: %s\n%s", name, detail, query)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// parameters is how many parameters a query has.
func parameters(query string) (n int) {
	for strings.Contains(query, fmt.Sprintf("$%d", n+1)) {
		n++
	}
	return n
}

// plan is a node of a plan of PostgreSQL, as EXPLAIN shows it.
type plan struct {
	Type      string `json:"Node Type"`
	Table     string `json:"Relation Name"`
	Rows      int    `json:"Actual Rows"`
	Loops     int    `json:"Actual Loops"`
	HitBlocks int    `json:"Shared Hit Blocks"`
	Plans     []plan `json:"Plans"`
}

func (p plan) all() []plan {
	nodes := []plan{p}
	for _, below := range p.Plans {
		nodes = append(nodes, below.all()...)
	}
	return nodes
}

// explain runs a query and returns how PostgreSQL did it.
func explain(t *testing.T, s *Store, query string, args ...any) plan {
	t.Helper()
	var text []byte
	if err := s.db.QueryRowContext(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "+query, args...).Scan(&text); err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	var explained []struct{ Plan plan }
	if err := json.Unmarshal(text, &explained); err != nil {
		t.Fatal(err)
	}
	return explained[0].Plan
}

// manyUsers make an organisation that is large enough for PostgreSQL to choose as it would for a very large one.
const manyUsers = 20_000

// fillLarge gives the organisation acme so many users, each in a group and with a number and an entry in the audit
// trail.
func fillLarge(ctx context.Context, s *Store) error {
	for _, statement := range []string{
		`INSERT INTO permission_groups (organization_id, id, version, name, name_key, permissions, built_in)
			SELECT 'acme', 'grp_' || n, 1, 'Group ' || n, 'group ' || n, '["users.manage"]', FALSE FROM generate_series(1, 10) n`,
		`INSERT INTO users (organization_id, id, version, email, email_key, password_hash, settings)
			SELECT 'acme', 'usr_' || to_char(n, 'FM0000000'), 1, 'u' || n || '@example.com', 'u' || n || '@example.com', '` + testHash + `', '{}'
			FROM generate_series(1, ` + fmt.Sprint(manyUsers) + `) n`,
		`INSERT INTO logins (organization_id, user_id, own_password) SELECT organization_id, id, FALSE FROM users`,
		`INSERT INTO user_permission_groups (organization_id, user_id, permission_group_id) SELECT organization_id, id, 'grp_' || (1 + ascii(right(id, 1)) % 10) FROM users`,
		`INSERT INTO user_numbers (organization_id, user_id, field, number) SELECT organization_id, id, 'telephony.caller_id', '+48221234567' FROM users`,
		`INSERT INTO extensions (organization_id, extension, user_id) SELECT organization_id, right(id, 7), id FROM users`,
		`INSERT INTO sip_accounts (organization_id, id, version, extension, ha1_md5, ha1_sha256, ha1b_md5)
			SELECT organization_id, 'sip' || right(id, 8), 1, '9' || right(id, 7), repeat('a', 32), repeat('a', 64), repeat('a', 32) FROM users`,
		`INSERT INTO audit (organization_id, id, at, actor_kind, actor_id, actor_name, action, noun, object_id, object_name, fields, request_id, address)
			SELECT organization_id, 'aud' || right(id, 8), '2026-01-01', 'token', 't', 't', 'create', 'user', id, '', '[]', '', '' FROM users`,
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// filledTables are the tables of fillLarge that grow with an organisation.
var filledTables = []string{"users", "logins", "user_permission_groups", "user_numbers", "extensions", "sip_accounts", "audit"}

// large has the organisation acme with all that. PostgreSQL has no statistics of it yet, as after a restore.
func large(t *testing.T) *Store {
	t.Helper()
	s := openAt(t, newServed(t))
	write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	if err := fillLarge(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// pageQuery is a query for a page; args are its parameters for the page behind so many objects.
type pageQuery struct {
	query string
	args  func(skipped int) []any
}

func userAt(n int) string { return fmt.Sprintf("usr_%07d", n) }

// The last page of a list touches no more of the database than the first one.
func TestPostgres_everyPageCostsTheSame(t *testing.T) {
	t.Parallel()
	s := large(t)
	if _, err := s.db.ExecContext(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
	queries := planned(t)
	for _, size := range []int{20, portal.MaxPageSize} {
		everyPageCostsTheSame(t, s, size, map[string]pageQuery{
			"users":        {queries["page of users"], func(skipped int) []any { return []any{"acme", userAt(skipped), size} }},
			"SIP accounts": {queries["page of SIP accounts"], func(skipped int) []any { return []any{"acme", fmt.Sprintf("sip_%07d", skipped), size} }},
			"the audit trail": {queries["page of the audit trail"], func(skipped int) []any {
				return []any{"acme", fmt.Sprintf("aud_%07d", manyUsers-skipped+1), size} // the newest first
			}},
		})
		whatUsersHaveCostsTheSame(t, s, size)
	}
	some := func(skipped int) userCondition {
		var ids []string
		for i := range portal.MaxIDs {
			ids = append(ids, userAt(skipped+i+1))
		}
		return among("acme", ids...)
	}
	everyPageCostsTheSame(t, s, portal.MaxIDs, map[string]pageQuery{
		"relations of some users": {selectRelations(some(0)), func(skipped int) []any { return some(skipped).args }},
		"logins of some users":    {selectLogins(some(0)), func(skipped int) []any { return some(skipped).args }},
	})
}

func TestPostgres_whatUsersHaveNeedsNoStatistics(t *testing.T) {
	t.Parallel()
	s := large(t)
	for _, size := range []int{20, portal.MaxPageSize} {
		whatUsersHaveCostsTheSame(t, s, size)
	}
}

func whatUsersHaveCostsTheSame(t *testing.T, s *Store, size int) {
	t.Helper()
	of := func(skipped int) userCondition { return between("acme", userAt(skipped+1), userAt(skipped+size)) }
	everyPageCostsTheSame(t, s, size, map[string]pageQuery{
		"relations of users": {selectRelations(of(0)), func(skipped int) []any { return of(skipped).args }},
		"logins of users":    {selectLogins(of(0)), func(skipped int) []any { return of(skipped).args }},
	})
}

func everyPageCostsTheSame(t *testing.T, s *Store, size int, queries map[string]pageQuery) {
	t.Helper()
	for name, page := range queries {
		var blocks []int
		for _, skipped := range []int{0, manyUsers - size} {
			explain(t, s, page.query, page.args(skipped)...) // once before, so that what is counted is in memory
			p := explain(t, s, page.query, page.args(skipped)...)
			blocks = append(blocks, p.HitBlocks)
			if p.Rows < size {
				t.Errorf("%d of %s behind %d others: %d rows", size, name, skipped, p.Rows)
			}
			for _, node := range p.all() {
				if node.Type == "Seq Scan" && slices.Contains(filledTables, node.Table) || node.Rows*node.Loops > 4*size {
					t.Errorf("%d of %s behind %d others: %s on %q with %d rows, %d times", size, name, skipped, node.Type, node.Table, node.Rows, node.Loops)
				}
			}
		}
		if blocks[0] == 0 || blocks[1] > 2*blocks[0] {
			t.Errorf("%d of %s: the first touch %d blocks, the last %d", size, name, blocks[0], blocks[1])
		}
	}
}

// With every other path made expensive, PostgreSQL shows whether there is an index at all, also for tables that are
// small here.
func TestPostgres_lookUpsUseAnIndex(t *testing.T) {
	t.Parallel()
	s := openAt(t, newServed(t))
	connection, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.ExecContext(t.Context(), `SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan`); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, query := range planned(t) {
		n++
		statement := fmt.Sprintf("plan_%d", n)
		if _, err := connection.ExecContext(t.Context(), `PREPARE `+statement+` AS `+query); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var text []byte
		if err := connection.QueryRowContext(t.Context(), `EXPLAIN (FORMAT JSON) EXECUTE `+statement+`(`+strings.TrimSuffix(strings.Repeat("NULL, ", parameters(query)), ", ")+`)`).Scan(&text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var explained []struct{ Plan plan }
		if err := json.Unmarshal(text, &explained); err != nil {
			t.Fatal(err)
		}
		for _, node := range explained[0].Plan.all() {
			if node.Type == "Seq Scan" || node.Type == "Sort" {
				t.Errorf("%s: %s on %q", name, node.Type, node.Table)
			}
		}
	}
}
