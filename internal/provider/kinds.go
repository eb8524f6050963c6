package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// anyKind is a kind of objects, whatever type the portal has for them.
type anyKind interface {
	noun() portal.Noun
	fields() field.Table
	resource() resource.Resource
	dataSources() []func() datasource.DataSource
	stays(ctx context.Context, a *access, state, config field.Tree) bool
	reads(ctx context.Context, a *access, state field.Tree) (etag string, same bool, anew context.Context)
}

// kinds are all kinds of objects.
func kinds() []anyKind {
	return []anyKind{permissionGroupKind(), sipAccountKind(), userGroupKind(), userKind()}
}

// typeName is the type of the resource that stands for a kind of objects.
func typeName(k anyKind) string { return providerTypeName + "_" + string(k.noun()) }
