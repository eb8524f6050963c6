package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

func backupCommand() *cobra.Command {
	var database, to string
	command := &cobra.Command{
		Use:   "backup --database FILE --to FILE",
		Short: "Copy the database while the portal runs",
		Long: `Makes a copy of a portal's database file as it is at one moment, whatever the portal writes meanwhile, and checks it. A file that is there
already is never overwritten. Only its owner can read the copy. It holds the hashes of login passwords, and SIP digests, which are as good as the passwords of the phones: whoever has
them can make calls. It deserves the same care as the database. The key file (FILE.key) is not copied: keep a copy of it elsewhere, as who has both can
use the second factors of everybody.

To go back to a copy: stop the portal, move the database file away together with the files beside it that end in -wal and -shm, put the
copy in its place, beside the key file that the portal had then, and start the portal. What was done after the copy is gone then, revocations of tokens included: revoke them again.

A database on PostgreSQL is copied with pg_dump.`,
		Example: `  terraform-provider-switchboard portal backup --database portal.db --to portal-$(date +%F).db`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if store.IsURL(database) {
				return failed(errors.New("portal backup copies SQLite files; copy a PostgreSQL database with pg_dump, " +
					"such as: pg_dump --format=custom --file=portal.dump \"$DATABASE_URL\""))
			}
			if err := backup(command.Context(), database, to); err != nil {
				return err
			}
			fmt.Fprintf(command.ErrOrStderr(), "%s is a checked copy of %s. Guard it: the SIP digests in it are as good as passwords. The key file is not in it.\n", to, database)
			return nil
		},
	}
	command.Flags().StringVar(&database, "database", "", "database file of the portal")
	command.Flags().StringVar(&to, "to", "", "file to make")
	required(command, "database", "to")
	return command
}

func backup(ctx context.Context, database, to string) error {
	if err := exists(database); err != nil {
		return err
	}
	return failed(store.Backup(ctx, database, to))
}
