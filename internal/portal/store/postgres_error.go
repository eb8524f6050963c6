package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes (PostgreSQL manual, appendix A); classes are their first two characters.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	restrictViolation    = "23001" // also what the triggers of the audit trail raise
	serializationFailure = "40001" // where the database serialises by refusal, as distributed ones do
	deadlockDetected     = "40P01" // such as of two organisations that exchange addresses (MW-02)
	lockNotAvailable     = "55P03"
	readOnlyTransaction  = "25006"
	lacksPrivilege       = "42501"
	diskFull             = "53100"
	tooManyConnections   = "53300"
	unknownDatabase      = "3D000"
	classAuthorization   = "28"
	classConnection      = "08"
	classIntervention    = "57" // such as a server that shuts down or starts
	classSystem          = "58" // such as a disk that fails
	classCorrupt         = "XX"
)

// state is the SQLSTATE code of an error, and its class; empty if the server did not send it.
func state(err error) (code, class string) {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || len(failure.Code) < 2 {
		return "", ""
	}
	return failure.Code, failure.Code[:2]
}

// repeatable is also a transaction that got a connection which was dead already: the pool throws it away.
func (postgres) repeatable(err error) bool {
	code, _ := state(err)
	_, begin := errors.AsType[*beginError](err)
	_, down := errors.AsType[*pgconn.ConnectError](err)
	return code == serializationFailure || code == deadlockDetected || begin && !down && unreached(err)
}

// unreached reports whether the connection, and not a statement, failed.
func unreached(err error) bool {
	code, class := state(err)
	if code != "" {
		return class == classConnection || class == classIntervention && code != "57014" || code == tooManyConnections // 57014: cancelled by us
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	return refused || network || pgconn.SafeToRetry(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, driver.ErrBadConn)
}

// commitError hides what kind of error it is when the connection broke before the answer came: then nobody may say that
// nothing was changed.
func (p postgres) commitError(err error) error {
	if unreached(err) && !pgconn.SafeToRetry(err) { // which would say that the commit was never sent
		return fmt.Errorf("%s: the connection broke before the server said whether the change is stored: %v", p.name, err)
	}
	return err
}

// quotedColumns finds the columns in the detail of a broken unique constraint, in every language, such as of
// "Key (organization_id, email_key)=(acme, alice@example.com) already exists".
var quotedColumns = regexp.MustCompile(`\((?:[^()]*, )?"?([^(),"]+)"?\)=\(`)

func (postgres) constraintError(err error) error {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	switch failure.Code {
	case uniqueViolation:
		if column := quotedColumns.FindStringSubmatch(failure.Detail); column != nil {
			return &DuplicateError{Key: Key(failure.TableName + "." + column[1])}
		}
		return err
	case foreignKeyViolation, restrictViolation:
		return fmt.Errorf("%w: %w", ErrMissingReference, err)
	default:
		return err
	}
}

// storageError tells what the server says about itself and about what the portal may do there.
func (p postgres) storageError(err error) error {
	if err == nil {
		return nil
	}
	if _, told := errors.AsType[*StorageError](err); told {
		return err
	}
	if _, told := errors.AsType[*BusyError](err); told {
		return err
	}
	explained := func(reason, advice string) error {
		return &StorageError{Path: p.name, Reason: reason, Advice: advice, err: err}
	}
	switch code, class := state(err); {
	case code == lockNotAvailable:
		return &BusyError{fmt.Sprintf("another instance has been writing to the organisation for %s; try again later", lockTimeout), err}
	case code == diskFull:
		return explained("the disk of the database server is full", "free space on the server, or give it more")
	case code == readOnlyTransaction:
		return explained("the database may not be written", "give the URL of the primary, not of a replica (target_session_attrs=read-write chooses among several hosts)")
	case code == lacksPrivilege:
		return explained("the database may not be written", "grant the portal's role the right to create tables in the schema, and to use them")
	case class == classAuthorization:
		return explained("the server does not let the portal in", "check user, password and sslmode in the URL, and the server's pg_hba.conf")
	case code == unknownDatabase:
		return explained("there is no such database", "make it, such as with: createdb --encoding=UTF8")
	case class == classSystem, class == classCorrupt:
		return explained("the database server did not take or give what it should", "look at the server's log")
	case unreached(err):
		return &BusyError{"the database server cannot be reached; check that it runs and that host, port and sslmode of the URL are right", err}
	default:
		return err
	}
}
