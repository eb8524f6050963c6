package provider

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// peopleColumn is one column of the list. A dotted name is that of an attribute of a nested object.
type peopleColumn struct {
	name, object, attribute string
	kind                    attr.Type
	skipped                 bool // the portal writes it into its own list, and nobody configures it
}

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

func (l *peopleList) readHeader() error {
	header, err := l.read()
	if errors.Is(err, io.EOF) {
		return errors.New("the list is empty; its first line names the attributes, such as email,first_name,last_name")
	}
	if err != nil {
		return err
	}
	line, _ := l.reader.FieldPos(0)
	known := newUserColumns()
	columns := make([]peopleColumn, 0, len(header))
	for i, name := range header {
		where := fmt.Sprintf("line %d, column %d", line, i+1)
		if !columnName.MatchString(name) {
			return fmt.Errorf("%s: %q is no name of an attribute; the first line names them in small letters, digits and underscores, "+
				"such as first_name, or telephony.extension for one inside an object", where, name)
		}
		column := peopleColumn{name: name, attribute: name}
		if object, attribute, nested := strings.Cut(name, "."); nested {
			column.object, column.attribute = object, attribute
		}
		for j, other := range columns {
			switch {
			case other.name == name:
				return fmt.Errorf("%s: %q names column %d already; remove or rename one of them", where, name, j+1)
			case other.name == column.object || other.object == name:
				return fmt.Errorf("%s: %q cannot stand beside %q (column %d), of which one is an object and the other in it; "+
					"rename one of them", where, name, other.name, j+1)
			}
		}
		if column.kind, err = known.kind(column, header, l.options); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		columns = append(columns, column)
	}
	for _, name := range []string{emailColumn, l.keyColumn()} {
		if !slices.Contains(header, name) {
			return fmt.Errorf("line %d: there is no column %q, by which people are told apart; the columns are %q", line, name, header)
		}
	}
	l.columns = columns
	l.recogniseExport(known)
	return nil
}

// recogniseExport skips the columns of the portal's own list that nobody configures, if all of them are there. Some of
// them alone, such as role, are the list's own.
func (l *peopleList) recogniseExport(known userColumns) {
	var exported []*peopleColumn
	for _, name := range portal.UsersCSVColumns() {
		if known.configurable(name) {
			continue
		}
		i := slices.IndexFunc(l.columns, func(c peopleColumn) bool { return c.name == name })
		if i < 0 || l.options.own(name) || name == l.keyColumn() {
			return
		}
		exported = append(exported, &l.columns[i])
	}
	for _, column := range exported {
		column.skipped = true
	}
	l.exported = true
}

// userColumns are the attributes of switchboard_user that a column can be named after, by dotted path.
type userColumns map[string]schema.Attribute

func newUserColumns() userColumns {
	columns := userColumns{}
	for name, attribute := range userTable().Attributes() {
		columns[name] = attribute
		for inner, attribute := range insideOf(attribute) {
			columns[name+"."+inner] = attribute
		}
	}
	return columns
}

// insideOf are the attributes in an object; nil for what is no object.
func insideOf(attribute schema.Attribute) map[string]schema.Attribute {
	if object, ok := attribute.(schema.SingleNestedAttribute); ok {
		return object.Attributes
	}
	return nil
}

func (u userColumns) configurable(name string) bool {
	attribute, ok := u[name]
	return ok && (attribute.IsOptional() || attribute.IsRequired())
}

// kind is the type of the attribute that a column is named after. Any other column is the list's own, and holds texts.
func (u userColumns) kind(column peopleColumn, header []string, options peopleOptions) (attr.Type, error) {
	object, inObject := u[column.object]
	if options.own(column.name) && !inObject {
		return types.StringType, nil
	}
	attribute, known := u[column.name]
	switch {
	case !known && inObject && insideOf(object) == nil:
		return nil, fmt.Errorf("%q: %s of switchboard_user is no object, so nothing is inside it; rename the column",
			column.name, column.object)
	case !known && inObject:
		return nil, fmt.Errorf("%q: %s of switchboard_user has no attribute %q; %s",
			column.name, column.object, column.attribute, u.instead(column))
	case !known:
		if meant := u.meant(column, header); meant != "" {
			return nil, fmt.Errorf("%q is not an attribute of switchboard_user, but nearly %[2]q; write %[2]s, or, "+
				"if the column is the list's own, say people_from_csv(…, { own_columns = [%[1]q] })", column.name, meant)
		}
		return types.StringType, nil
	}
	switch kind := attribute.GetType().(type) {
	case types.MapType:
		return nil, fmt.Errorf("%q is a map, and a cell cannot hold one; give the column a name of its own, "+
			"and build the map in the configuration", column.name)
	default:
		if inside := insideOf(attribute); inside != nil {
			return nil, fmt.Errorf("%q is an object, and a cell cannot hold one; name the attribute in it, such as %[1]s.%s",
				column.name, slices.Min(slices.Collect(maps.Keys(inside))))
		}
		return kind, nil
	}
}

// instead says what to write instead of an attribute that an object does not have.
func (u userColumns) instead(column peopleColumn) string {
	if meant := nearest(column.attribute, maps.Keys(insideOf(u[column.object]))); meant != "" {
		return fmt.Sprintf("write %s.%s", column.object, meant)
	}
	for _, path := range slices.Sorted(maps.Keys(u)) {
		if insideOf(u[path]) == nil && path[strings.LastIndex(path, ".")+1:] == column.attribute {
			return "write " + path
		}
	}
	inside := slices.Sorted(maps.Keys(insideOf(u[column.object])))
	return "it has " + strings.Join(inside, ", ")
}

// meant is the attribute that a column is nearly named after; "" for a column that is the list's own. A list that has
// the attribute too does not misspell it, and a cell cannot hold an object.
func (u userColumns) meant(column peopleColumn, header []string) string {
	candidates := func(yield func(string) bool) {
		for path, attribute := range u {
			wanted := (insideOf(attribute) != nil) == (column.object != "") && !strings.Contains(path, ".") && !slices.Contains(header, path)
			if wanted && !yield(path) {
				return
			}
		}
	}
	if column.object == "" {
		return nearest(column.name, candidates)
	}
	object := nearest(column.object, candidates)
	if object == "" {
		return ""
	}
	inside := insideOf(u[object])
	if inside[column.attribute] != nil {
		return object + "." + column.attribute
	}
	if attribute := nearest(column.attribute, maps.Keys(inside)); attribute != "" {
		return object + "." + attribute
	}
	return ""
}

// nearest is the name that is written nearly like another one; "" if none is. Short names have too many neighbours to
// count.
func nearest(name string, names func(yield func(string) bool)) (found string) {
	least := len(name)
	for _, candidate := range slices.Sorted(names) {
		distance := levenshtein.Distance(name, candidate, nil)
		most := 2
		switch {
		case len(candidate) < 5:
			most = 0
		case len(candidate) < 9:
			most = 1
		}
		if distance <= most && distance < least {
			found, least = candidate, distance
		}
	}
	return found
}
