package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Between the group and the user, Terraform is busy with something else, and the provider has nothing to do.
const idleProvider = `
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
provider "switchboard" {
  embedded_portal = { database = "portal.db", organization_file = "organization.yaml", pwned_passwords_file = "pwned.txt" }
}
resource "switchboard_permission_group" "agents" { name = "Agents" }
resource "terraform_data" "busy" {
  depends_on = [switchboard_permission_group.agents]
  provisioner "local-exec" { command = "echo busy > busy && cat < hold" }
}
resource "switchboard_user" "alice" {
  depends_on           = [terraform_data.busy]
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Jansen"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
}
`

// TestTerraformKilled_endsProvider: a provider whose Terraform was killed while it had nothing to do ends by itself,
// and the next run finishes the work.
func TestTerraformKilled_endsProvider(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, map[string]string{"main.tf": idleProvider})
	for _, name := range []string{"busy", "hold"} {
		if err := syscall.Mkfifo(filepath.Join(w.dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terraform := w.command("terraform", "apply", "-auto-approve", "-no-color")
	if err := terraform.Start(); err != nil {
		t.Fatal(err)
	}
	if busy := string(w.read("busy")); busy != "busy\n" { // which waits for the other end
		t.Fatalf("Terraform's command says %q", busy)
	}
	providers := childrenOf(t, terraform.Process.Pid, w.binary)
	if len(providers) != 1 {
		t.Fatalf("Terraform has the providers %v, want one", providers)
	}
	if err := terraform.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = terraform.Wait()
	waitForEnd(t, providers[0])

	hold, err := os.OpenFile(filepath.Join(w.dir, "hold"), os.O_RDWR, 0) // so that the command of the killed run ends, and the next one does not wait
	if err != nil {
		t.Fatal(err)
	}
	_ = hold.Close()
	w.write("main.tf", strings.Replace(idleProvider, "echo busy > busy && cat < hold", "true", 1))
	w.must("terraform", "apply", "-auto-approve", "-no-color")
	if output, code := w.run("terraform", "plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the apply is not empty:\n%s", output)
	}
}

// childrenOf are the processes that a process has started and that run a program, as Linux lists them.
func childrenOf(t *testing.T, pid int, program string) (children []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Fatalf("nothing in /proc says which processes %d has started; this test needs Linux: %v", pid, err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for word := range strings.FieldsSeq(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			if running, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", child)); err == nil && running == program {
				children = append(children, child)
			}
		}
	}
	return children
}

// waitForEnd waits until a process that is nobody's child here has ended.
func waitForEnd(t *testing.T, pid int) {
	t.Helper()
	process, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(process)
	var ended int
	err = unix.EINTR
	for err == unix.EINTR {
		ended, err = unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, int(time.Minute.Milliseconds()))
	}
	if err != nil || ended != 1 {
		t.Errorf("the process %d is still there: %v", pid, err)
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}
