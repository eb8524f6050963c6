package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func keyCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "key",
		Short: "Rotate the key of a portal, or replace a lost one",
		Long: `The secrets of second factors in the database are encrypted with a key, and the audit trail is sealed with it. The key is in the key file and not in the
database, which knows its id only. "portal serve" makes the file at its first start.

To rotate the key: "portal key add" adds a new one to the key file; copy the file to every portal of the database; "portal key rotate" encrypts
everything with the new key. No portal has to stop. Restart them afterwards, so that they seal the audit trail with the new key. The old key stays
in the file: the entries that it sealed cannot be verified without it.`,
		Args: cobra.NoArgs, RunE: help,
	}
	command.AddCommand(keyAddCommand(), keyRotateCommand(), keyResetCommand())
	return command
}

func keyAddCommand() *cobra.Command {
	var keyFile string
	command := &cobra.Command{
		Use:     "add --key-file FILE",
		Short:   "Add a new key to a key file, and use it for nothing yet",
		Example: `  terraform-provider-switchboard portal key add --key-file portal.db.key`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			id, err := keys.Add(keyFile, rand.Reader, time.Now())
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("there is no key file %s; the first start of a portal makes it: %w", keyFile, err)
			}
			if err != nil {
				return failed(err)
			}
			fmt.Fprintf(command.ErrOrStderr(), "%s has the new key %s. Copy the file to every portal of the database, and then run portal key rotate.\n", keyFile, id)
			return nil
		},
	}
	command.Flags().StringVar(&keyFile, "key-file", "", "key file of the portal")
	required(command, "key-file")
	return command
}

// keyFlags are the flags of commands that change the key of a whole database.
type keyFlags struct{ database, keyFile string }

func (f *keyFlags) add(command *cobra.Command) {
	command.Flags().StringVar(&f.database, "database", "", "database of the portal: file (SQLite) or URL (postgres://…)")
	addKeyFile(command.Flags(), &f.keyFile)
	required(command, "database")
}

func (f *keyFlags) withDatabase(ctx context.Context, do func(context.Context, *service.Service) error) error {
	if err := keyFileGiven(f.database, &f.keyFile); err != nil {
		return err
	}
	return withDatabase(ctx, f.database, do)
}

func keyRotateCommand() *cobra.Command {
	var flags keyFlags
	command := &cobra.Command{
		Use:   "rotate --database FILE|URL [--key-file FILE]",
		Short: "Encrypt everything with the newest key of the key file",
		Long: `Makes the newest key of the key file that of the database, and encrypts everything with it. Portals may run meanwhile, if their copy of the key file
has the new key already. After an interruption, run it again.`,
		Example: `  terraform-provider-switchboard portal key rotate --database portal.db`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withDatabase(command.Context(), func(ctx context.Context, svc *service.Service) error {
				if err := svc.UseKeyFile(ctx, flags.keyFile); err != nil {
					return err
				}
				old, now, err := svc.RotateKey(ctx)
				if err != nil {
					return err
				}
				if old == now {
					fmt.Fprintf(command.ErrOrStderr(), "Everything is encrypted with %s, the newest key of %s. For another one, run portal key add first.\n", now, flags.keyFile)
					return nil
				}
				fmt.Fprintf(command.ErrOrStderr(), "Everything is encrypted with %s now, and nothing with %s. Restart the portals, and keep the old key for the audit trail.\n", now, old)
				return nil
			})
		},
	}
	flags.add(command)
	return command
}

func keyResetCommand() *cobra.Command {
	var flags keyFlags
	var remove bool
	command := &cobra.Command{
		Use:   "reset --database FILE|URL [--key-file FILE] --remove-second-factors",
		Short: "Give a database whose key is lost another one; people have to enrol second factors anew",
		Long: `Without its key nobody can read the second factors in a database, and no portal serves it. First look for the copy of the key file. If it is lost,
this command makes the key file anew if there is none, gives the database its newest key, and removes every second factor that cannot be decrypted. Until a person enrols
another one, the password alone logs in; where a second factor is required of the person, it has to be enrolled at the next log-in.

The audit trail has an entry for each. What was sealed with the lost key can be compared only with the head of an earlier "portal audit --verify".`,
		Example: `  terraform-provider-switchboard portal key reset --database portal.db --remove-second-factors`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !remove {
				return errors.New("this removes the second factors of everybody; give --remove-second-factors if that is what you want")
			}
			return flags.withDatabase(command.Context(), func(ctx context.Context, svc *service.Service) error {
				removed, err := svc.ResetKey(ctx, flags.keyFile)
				if err != nil {
					return err
				}
				fmt.Fprintf(command.ErrOrStderr(), "The database has the newest key of %s now. %d second factors were removed.\n", flags.keyFile, removed)
				return nil
			})
		},
	}
	flags.add(command)
	command.Flags().BoolVar(&remove, "remove-second-factors", false, "confirm that everybody has to enrol a second factor anew")
	return command
}
