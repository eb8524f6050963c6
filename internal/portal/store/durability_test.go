package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// writerOf makes this test binary write to a database until it is killed.
const writerOf = "SWITCHBOARD_STORE_WRITER_OF"

// Whatever a process is doing when it is killed, all that it acknowledged is there, and nothing by halves. Each
// transaction writes a pair.
func TestStore_whatWasAcknowledgedSurvivesAKill(t *testing.T) {
	if database := os.Getenv(writerOf); database != "" {
		t.Parallel()
		writePairs(t, database)
		return
	}
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, database)
		write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
		acknowledged := 0
		for _, more := range []int{1, 7, 30} {
			acknowledged = killWriterAfter(t, database, acknowledged+more)
			var ids []string
			if err := s.Read(t.Context(), func(tx *Tx) error {
				groups, err := tx.PermissionGroups(t.Context(), "acme", Selection{Limit: 1000})
				for _, group := range groups {
					ids = append(ids, group.ID)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if len(ids)%2 != 0 || len(ids) < 2*acknowledged || len(ids) > 2*(acknowledged+1) {
				t.Fatalf("%d groups are there after %d pairs were acknowledged", len(ids), acknowledged)
			}
			for i := range acknowledged {
				if ids[2*i] != pairID(i, "a") || ids[2*i+1] != pairID(i, "b") {
					t.Fatalf("pair %d is %v", i, ids[2*i:2*i+2])
				}
			}
			acknowledged = len(ids) / 2 // one may be there of which nobody heard
		}
	})
}

func pairID(i int, half string) string { return fmt.Sprintf("grp_%04d%s", i, half) }

// killWriterAfter starts a process that writes, kills it at once after so many pairs are there and acknowledged, and
// returns how many were.
func killWriterAfter(t *testing.T, database string, pairs int) (acknowledged int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStore_whatWasAcknowledgedSurvivesAKill$")
	command.Env = append(os.Environ(), writerOf+"="+database)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		var i int
		if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d", &i); err != nil {
			t.Errorf("the writer says %q", lines.Text())
			break
		}
		if acknowledged = i + 1; acknowledged == pairs {
			_ = command.Process.Kill() // what it has still written before that is read on
		}
	}
	_ = command.Wait() // it was killed
	if acknowledged < pairs {
		t.Fatalf("the writer ended after %d pairs", acknowledged)
	}
	return acknowledged
}

// writePairs writes pairs from the first that is not there, and says so after each.
func writePairs(t *testing.T, database string) {
	s := openAt(t, database)
	var first int
	if err := s.Read(t.Context(), func(tx *Tx) error {
		groups, err := tx.PermissionGroups(t.Context(), "acme", Selection{Limit: 1000})
		first = len(groups) / 2
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i := first; ; i++ {
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertPermissionGroup(t.Context(), "acme", testGroup(pairID(i, "a"), pairID(i, "a"))),
				tx.InsertPermissionGroup(t.Context(), "acme", testGroup(pairID(i, "b"), pairID(i, "b"))),
			)
		})
		fmt.Printf("acknowledged %d\n", i)
	}
}
