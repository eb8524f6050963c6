package installed

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a system that .ci/prepare looks at: the folder that stands for its root, in which bin is all of its PATH.
type machine struct {
	t    *testing.T
	root string
	env  []string
}

// debian, ubuntu and fedora are parts of their /etc/os-release.
const (
	debian = "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\n"
	ubuntu = "ID=ubuntu\nID_LIKE=debian\n"
	mint   = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"
	fedora = "ID=fedora\n"
	rocky  = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"
	alpine = "ID=alpine\n"
)

// newMachine is a fresh one with Go and Terraform, used by root or by somebody else.
func newMachine(t *testing.T, release, user string) *machine {
	t.Helper()
	m := &machine{t: t, root: filepath.Join(t.TempDir(), "a machine")}
	m.env = []string{"PATH=" + filepath.Join(m.root, "bin")}
	m.write("etc/os-release", release, 0o600)
	for _, tool := range []string{"dirname", "sed", "tr", "mkdir", "chmod", "sh"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		m.program("bin/"+tool, `exec "`+path+`" "$@"`)
	}
	m.program("bin/go", "echo go1.26.3")
	m.program("bin/terraform", "echo 'Terraform v1.11.4'; echo 'on linux_amd64'")
	m.program("bin/uname", "echo Linux")
	m.program("bin/id", "echo "+user)
	return m
}

const root, somebody = "0", "1000"

func (m *machine) write(name, text string, mode os.FileMode) {
	m.t.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) program(name, script string) {
	m.t.Helper()
	m.write(name, "#!/bin/sh\n"+script+"\n", 0o700)
}

// apt gives the machine an apt-get that installs the programs of packages, and fails for those that it does not know.
func (m *machine) apt() {
	m.t.Helper()
	m.program("bin/apt-get", `
root='`+m.root+`'
for package; do :; done
case $1-$package in
update-*) exit ;;
install-chromium | install-shellcheck | install-make | install-git | install-jq) program=$root/bin/$package ;;
install-postgresql) program=$root/usr/lib/postgresql/17/bin/postgres ;;
*) echo "E: Unable to locate package $package"; exit 100 ;;
esac
mkdir -p "${program%/*}"
printf '#!/bin/sh\necho "postgres (PostgreSQL) 17.5"\n' > "$program"
chmod +x "$program"`)
}

// prepare runs .ci/prepare, and returns what it said and how it ended.
func (m *machine) prepare(args ...string) (output string, code int) {
	m.t.Helper()
	script, err := filepath.Abs("../../../../.ci/prepare")
	if err != nil {
		m.t.Fatal(err)
	}
	command := exec.CommandContext(m.t.Context(), "/bin/sh", append([]string{script, "--root", m.root}, args...)...)
	command.Env = m.env
	said, err := command.CombinedOutput()
	if command.ProcessState == nil {
		m.t.Fatal(err)
	}
	return string(said), command.ProcessState.ExitCode()
}

// inOrder checks that texts appear one after the other.
func inOrder(t *testing.T, output string, texts ...string) {
	t.Helper()
	rest := output
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Fatalf("%q is not where it should be in:\n%s", text, output)
		}
		rest = after
	}
}

func TestPrepare_installsForRootOnDebian(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]string{"debian": debian, "mint": mint} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, release, root)
			m.apt()
			for _, ci := range []string{"CI=", "CI=true"} {
				m.env = append(m.env, ci)
				output, code := m.prepare("test", "sh", "-c", `echo "tests with $SWITCHBOARD_TEST_BROWSER and $SWITCHBOARD_TEST_POSTGRESQL"`)
				if code != 0 {
					t.Fatalf("exit code %d:\n%s", code, output)
				}
				if ci == "CI=" { // the first time
					inOrder(t, output, "Installing with apt-get: chromium postgresql")
				}
				inOrder(t, output, "tests with "+m.root+"/bin/chromium and "+m.root+"/usr/lib/postgresql/17/bin")
				if strings.Contains(output, "LEFT OUT") {
					t.Errorf("something was left out:\n%s", output)
				}
			}
		})
	}
}

func TestPrepare_ciInstallsAll(t *testing.T) {
	t.Parallel()
	m := newMachine(t, debian, root)
	m.apt()
	m.env = append(m.env, "CI=true")
	if output, code := m.prepare("ci"); code != 0 || !strings.Contains(output, "apt-get: make git jq shellcheck chromium postgresql") {
		t.Fatalf("exit code %d:\n%s", code, output)
	}
}

func TestPrepare_tellsTheCommandAndWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ release, system, command string }{
		"debian":     {debian, "Linux", "sudo apt-get install -y chromium postgresql"},
		"mint":       {mint, "Linux", "sudo apt-get install -y chromium postgresql"},
		"ubuntu":     {ubuntu, "Linux", "sudo apt-get install -y chromium-browser postgresql"},
		"fedora":     {fedora, "Linux", "sudo dnf install -y chromium postgresql-server"},
		"rocky":      {rocky, "Linux", "sudo dnf install -y chromium postgresql-server"},
		"macos":      {"", "Darwin", "brew install google-chrome postgresql@17"},
		"other ones": {alpine, "Linux", "install chromium postgresql with the package manager of this system"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, c.release, somebody)
			m.program("bin/uname", "echo "+c.system)
			output, code := m.prepare("test", "sh", "-c", `echo "tests run ${SWITCHBOARD_TEST_BROWSER-without}"; exit 7`)
			if code != 7 {
				t.Errorf("exit code %d, want that of the tests, 7", code)
			}
			inOrder(t, output, "Not installed: chromium postgresql", c.command, "tests run without", "LEFT OUT",
				"every test that uses the pages in a browser", "every test with the portal on PostgreSQL", c.command)

			m.env = append(m.env, "CI=true")
			output, code = m.prepare("test", "sh", "-c", "echo tests run")
			if code == 0 || strings.Contains(output, "tests run") {
				t.Errorf("with CI=true nothing may be left out; exit code %d:\n%s", code, output)
			}
			inOrder(t, output, "with CI=true nothing may be left out: chromium postgresql", c.command)
		})
	}
}

func TestPrepare_goesOnWhereAptFails(t *testing.T) {
	t.Parallel()
	m := newMachine(t, ubuntu, root) // whose chromium-browser the apt-get of this test does not know
	m.apt()
	output, code := m.prepare("test", "sh", "-c", "echo tests run")
	if code != 0 || strings.Contains(output, "every test with the portal on PostgreSQL") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	inOrder(t, output, "apt-get could not install chromium-browser", "tests run", "LEFT OUT", "every test that uses the pages in a browser")
}

func TestPrepare_withoutShellcheck(t *testing.T) {
	t.Parallel()
	m := newMachine(t, fedora, somebody)
	output, code := m.prepare("lint", "shellcheck", "a script")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	inOrder(t, output, "LEFT OUT", "the check of the shell scripts", "sudo dnf install -y ShellCheck")
	m.program("bin/shellcheck", `echo "checks $1"; exit 3`)
	if output, code := m.prepare("lint", "shellcheck", "a script"); code != 3 || output != "checks a script\n" {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

func TestPrepare_needsGoAndTerraform(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*machine)
		want   string // the demo goes on if it is empty
	}{
		"both":            {func(*machine) {}, ""},
		"no go":           {func(m *machine) { m.remove("bin/go") }, `There is no "go" on the PATH: install Go 1.26`},
		"old go":          {func(m *machine) { m.program("bin/go", "echo go1.19.8") }, "This is Go 1.19: install Go 1.26"},
		"go that refuses": {func(m *machine) { m.program("bin/go", "echo 'go: no' >&2; exit 1") }, "go: no"},
		"no terraform":    {func(m *machine) { m.remove("bin/terraform") }, `There is no "terraform" on the PATH: install Terraform 1.11`},
		"old terraform":   {func(m *machine) { m.program("bin/terraform", "echo Terraform v1.9.8") }, `This "terraform" has the version 1.9: install`},
		"a warning first": {func(m *machine) {
			m.program("bin/terraform", "echo; echo Warning: no file; echo; echo Terraform v1.9.8")
		}, `has the version 1.9`},
		"next terraform":     {func(m *machine) { m.program("bin/terraform", "echo Terraform v2.0.0-beta1") }, ""},
		"a build of its own": {func(m *machine) { m.program("bin/terraform", "echo built today") }, ""},
		"tofu": {func(m *machine) {
			m.env = append(m.env, "TERRAFORM=tofu")
			m.remove("bin/terraform")
			m.program("bin/tofu", "echo OpenTofu v1.12.6")
		}, ""},
		"no tofu": {func(m *machine) { m.env = append(m.env, "TERRAFORM=tofu") }, `There is no "tofu" on the PATH`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, alpine, somebody)
			c.change(m)
			output, code := m.prepare("terraform", "sh", "-c", "echo the demo runs")
			if c.want == "" && (code != 0 || output != "the demo runs\n") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			if c.want != "" && (code == 0 || !strings.Contains(output, c.want) || strings.Contains(output, "runs")) {
				t.Errorf("exit code %d, want %q:\n%s", code, c.want, output)
			}
		})
	}
}

func (m *machine) remove(name string) {
	m.t.Helper()
	if err := os.Remove(filepath.Join(m.root, name)); err != nil {
		m.t.Fatal(err)
	}
}

// TestPrepare_looksWhereTestsLook puts a program at each place where tests look for one.
func TestPrepare_looksWhereTestsLook(t *testing.T) {
	t.Parallel()
	find := func(t *testing.T, place, version string) string {
		t.Helper()
		m := newMachine(t, alpine, somebody)
		if !filepath.IsAbs(place) {
			place = "bin/" + place
		}
		place = strings.Replace(place, "*", "17", 1)
		m.program(place, `echo "postgres (PostgreSQL) `+version+`"`)
		output, _ := m.prepare("test", "sh", "-c", `echo "found: ${SWITCHBOARD_TEST_BROWSER-}${SWITCHBOARD_TEST_POSTGRESQL-}"`)
		_, found, _ := strings.Cut(output, "found: ")
		found, _, _ = strings.Cut(found, "\n")
		if strings.HasPrefix(found, m.root) && strings.HasPrefix(filepath.Join(m.root, place), found) {
			return "found"
		}
		return found
	}
	for _, place := range browsers {
		if found := find(t, place, ""); found != "found" {
			t.Errorf(".ci/prepare does not find %s: %q", place, found)
		}
	}
	for _, place := range postgreSQLs {
		if found := find(t, place, "15.1 (Debian 15.1-1)"); found != "found" {
			t.Errorf(".ci/prepare does not find %s: %q", place, found)
		}
		if found := find(t, place, "14.9"); found != "" {
			t.Errorf(".ci/prepare finds the PostgreSQL 14 at %s", place)
		}
	}
}
