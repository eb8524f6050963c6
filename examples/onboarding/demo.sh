#!/bin/sh
# Onboards a team in a portal of its own: builds the provider, applies this folder in ./demo, shows that a second plan has
# nothing to do, and that a list with a mistake is refused by the plan. Exits 0 only if all of that held.
# With SERVE=<address>, such as 127.0.0.1:8080, it then serves the portal there, for a look in the browser, until Ctrl-C.
# With PLATFORM=<platform> in the environment it applies examples/platforms/<platform> instead, which has no list and no mistake.
# A demo that is there already is moved to ./demo.previous, and a new one starts from nothing. DEMO=<folder> makes it elsewhere.
set -eu

terraform=${TERRAFORM:-terraform}
go=${GO:-go}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
demo=${DEMO:-$root/demo}
example=$here
platform=${PLATFORM:-}
if [ -n "$platform" ]; then
	example=$root/examples/platforms/$platform
	case $platform in
	*/* | .*) example= ;;
	esac
	if [ ! -f "$example/main.tf" ]; then
		echo "There is no example for the platform \"$platform\"; there is one for each of these:" "$(cd "$root/examples/platforms" && echo *)" >&2
		exit 1
	fi
fi
version=${VERSION:-$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' "$root/CHANGELOG.md" | head -n 1)}

"$root/.ci/prepare" terraform
cli=$(command -v "$terraform")
case $cli in
/*) ;;
*) cli=$PWD/$cli ;; # the script changes folder
esac

# What a person set for other configurations has no say here.
export TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0
unset TF_WORKSPACE TF_DATA_DIR TF_REATTACH_PROVIDERS TF_CLI_ARGS TF_CLI_ARGS_init TF_CLI_ARGS_plan TF_CLI_ARGS_apply \
	TF_CLI_ARGS_output TF_VAR_people_file TF_VAR_voicemail_pin SWITCHBOARD_ENDPOINT SWITCHBOARD_TOKEN

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n== %s\n' "$*"; }

# run NAME COMMAND…: runs the command quietly; if it fails, shows all that it said and gives up.
run() {
	log=$logs/$1
	shift
	if ! "$@" > "$log" 2>&1; then
		cat "$log" >&2
		printf '\nFailed: %s\n' "$*" >&2
		exit 1
	fi
}

say "Building the provider"
provider=$logs/terraform-provider-switchboard
run build "$go" build -C "$root" -ldflags "-X main.version=$version" -o "$provider" .

say "Preparing $demo"
if [ -e "$demo" ]; then
	rm -rf "$demo.previous"
	mv "$demo" "$demo.previous"
	echo "The demo that was there is in $demo.previous; to go on with it, run $terraform init there first."
fi
mkdir "$demo"
for file in "$example"/*; do
	case $file in
	*.sh) ;;
	*) cp -R "$file" "$demo" ;;
	esac
done
# Terraform takes a provider from this folder before it asks a registry, so ./demo needs nothing from outside itself.
for registry in registry.terraform.io registry.opentofu.org; do
	mirror=$demo/terraform.d/plugins/$registry/switchboard-hq/switchboard/$version/$("$go" env GOOS)_$("$go" env GOARCH)
	mkdir -p "$mirror"
	ln "$provider" "$mirror/terraform-provider-switchboard_v$version" 2> /dev/null ||
		cp "$provider" "$mirror/terraform-provider-switchboard_v$version"
	provider=$mirror/terraform-provider-switchboard_v$version
done

cd "$demo"
run init "$cli" init -no-color
grep -E 'has been successfully initialized' "$logs/init"

say "$terraform apply"
run apply "$cli" apply -no-color -auto-approve -compact-warnings
grep -E '^(Plan:|Apply complete!)' "$logs/apply"

say "The team"
"$cli" output -raw team
echo
if [ -z "$platform" ]; then
	echo
	"$cli" output -raw summary
	echo
fi

say "$terraform plan: is there anything left to do?"
run plan "$cli" plan -no-color -compact-warnings -detailed-exitcode
grep -E '^No changes\.' "$logs/plan"

# serve_portal serves what was made, if that is wanted, and does not come back.
serve_portal() {
	[ -n "${SERVE:-}" ] || return 0
	organization=$(sed -n 's/^id: *//p' organization.yaml | head -n 1)
	token=$("$provider" portal token create --database portal.db --organization "$organization" --name browser --scope read,admin 2> "$logs/token" | tail -n 1)
	say "Serving the portal"
	cat << EOF
For administrators: http://$SERVE/o/$organization/admin/users
  with the token:   $token
For people:         http://$SERVE/o/$organization/login
Ctrl-C ends it.

EOF
	set -- --database portal.db --organization organization.yaml --listen "$SERVE"
	if [ -f known_passwords.txt ]; then
		set -- "$@" --pwned-passwords-file known_passwords.txt
	fi
	exec "$provider" portal serve "$@"
}

if [ -n "$platform" ]; then
	serve_portal
	exit 0
fi

say "$terraform plan -var people_file=people_with_a_mistake.csv: a number that the organisation does not rent"
if "$cli" plan -no-color -compact-warnings -var people_file=people_with_a_mistake.csv > "$logs/mistake" 2>&1; then
	cat "$logs/mistake" >&2
	echo "Failed: the plan accepted people_with_a_mistake.csv." >&2
	exit 1
fi
if ! tr -d ' \n' < "$logs/mistake" | grep -q '+48222504941'; then
	cat "$logs/mistake" >&2
	echo "Failed: the plan refused people_with_a_mistake.csv, but not because of +48 22 250 49 41." >&2
	exit 1
fi
sed -n '/Error:/,$p' "$logs/mistake"
echo "Refused by the plan, before anything was touched."

say "Done: a team was onboarded, a second plan found no changes, and a mistake was refused."
cat << EOF
To go on:

  cd ${demo#"$root"/}
  edit people.csv, then: $terraform plan, $terraform apply

make demo SERVE=127.0.0.1:8080 serves the portal as well, for a look in the browser.
make demo starts afresh and keeps this folder as demo.previous; make demo-clean removes both.
EOF

serve_portal
