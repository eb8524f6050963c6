package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// databaseFlags are the flags of commands that work on an organisation in a database.
type databaseFlags struct {
	database     string
	keyFile      string
	organization string
}

func (f *databaseFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.database, "database", "", "database of the portal: file (SQLite) or URL (postgres://…; required)")
	flags.StringVar(&f.organization, "organization", "", "id of the organisation (required)")
	addKeyFile(flags, &f.keyFile)
}

func addKeyFile(flags *pflag.FlagSet, keyFile *string) {
	flags.StringVar(keyFile, "key-file", "", "key file of the portal (default: the database file with .key behind its name; always given for PostgreSQL)")
}

// keyFileGiven completes where the key file is. Beside a database on a server there is no place.
func keyFileGiven(database string, keyFile *string) error {
	switch {
	case *keyFile != "":
		return nil
	case store.IsURL(database):
		return errors.New("--key-file is required with a database on PostgreSQL: name the file that all portals of this database have a copy of, " +
			"such as /etc/switchboard/portal.key; the first start makes it")
	default:
		*keyFile = keys.Beside(database)
		return nil
	}
}

// withService does something with the portal of an existing database that needs no key. A missing file is not made:
// a misspelt name would otherwise be an empty portal without that organisation.
func (f *databaseFlags) withService(ctx context.Context, do func(context.Context, *service.Service) error) error {
	if f.database == "" || f.organization == "" {
		return errors.New("--database and --organization are required")
	}
	return withDatabase(ctx, f.database, do)
}

// withKeys is withService for what changes something, which the audit trail is told, or needs the keys otherwise.
func (f *databaseFlags) withKeys(ctx context.Context, do func(context.Context, *service.Service) error) error {
	if err := keyFileGiven(f.database, &f.keyFile); err != nil {
		return err
	}
	return f.withService(ctx, func(ctx context.Context, svc *service.Service) error {
		if err := svc.UseKeyFile(ctx, f.keyFile); err != nil {
			return err
		}
		return do(ctx, svc)
	})
}

func withDatabase(ctx context.Context, database string, do func(context.Context, *service.Service) error) (err error) {
	if err := exists(database); err != nil {
		return err
	}
	opened, err := store.Open(ctx, database)
	if err != nil {
		return failed(fmt.Errorf("open the database %w", err)) // which names the database
	}
	defer func() { err = errors.Join(err, failed(opened.Close())) }()
	return failed(do(ctx, service.New(opened, service.Options{})))
}

func exists(database string) error {
	if store.IsURL(database) {
		return nil // nobody makes a database on a server by misspelling it
	}
	if _, err := os.Stat(database); err != nil {
		return failed(fmt.Errorf("there is no database at %s (%w); \"portal serve\" makes it", database, errors.Unwrap(err)))
	}
	return nil
}
