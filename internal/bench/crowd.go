package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// crowd is many people, of whom the first was made as people are, and the others are copies: in the portal's database,
// and in Terraform's state. To make thousands one by one takes Terraform and the disk half an hour, which is measured
// with fewer.
type crowd struct {
	user, account, group string // ids of the first person
	sipUsername          string // of the first person's account
}

// The ids of copies, which spread evenly.
func copiedID(first string, i int) string {
	prefix, _, _ := strings.Cut(first, "_")
	return fmt.Sprintf("%s_%026d", prefix, i*7919)
}

// The SIP usernames of copies.
func copiedUsername(i int) string { return fmt.Sprintf("copy%012d", i) }

// store puts the people from the given one up to n into a database, a thousand in a transaction.
func (c crowd) store(ctx context.Context, database string, from, n int) (err error) {
	opened, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	const batch = 1000
	for ; from < n; from += batch {
		err := opened.Write(ctx, organizationID, func(tx *store.Tx) error {
			group, noGroup := tx.PermissionGroup(ctx, organizationID, c.group)
			account, noAccount := tx.SIPAccount(ctx, organizationID, c.account)
			user, noUser := tx.User(ctx, organizationID, c.user)
			if err := errors.Join(noGroup, noAccount, noUser); err != nil {
				return err
			}
			for i := from; i < min(n, from+batch); i++ {
				if err := c.insert(ctx, tx, i, group, account, user); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c crowd) insert(ctx context.Context, tx *store.Tx, i int, group store.PermissionGroup, account store.SIPAccount, user store.User) error {
	one := personAt(i)
	name := "Group of " + one.LastName
	group.ID, group.Name, group.NameKey = copiedID(c.group, i), &name, strings.ToLower(name)
	if err := tx.InsertPermissionGroup(ctx, organizationID, group); err != nil {
		return err
	}
	title := one.LastName + ", " + one.Title
	account.ID, account.Name, account.Extension = copiedID(c.account, i), &title, &one.Extension
	account.SIPUsername = copiedUsername(i)
	if err := tx.InsertSIPAccount(ctx, organizationID, account); err != nil {
		return err
	}
	user.ID, user.Email, user.EmailKey, user.LastName = copiedID(c.user, i), &one.Email, &one.Email, &one.LastName
	if invited, err := time.Parse(time.RFC3339, user.InvitedAt); err == nil {
		user.Invited = &invited
	}
	telephony := *user.Telephony
	telephony.SIPAccountIDs = []string{account.ID}
	user.Telephony, user.PermissionGroupIDs = &telephony, []string{group.ID}
	return tx.InsertUser(ctx, organizationID, user)
}

// state copies in a Terraform state of one person all that belongs to that person for n people. If anything in it were
// not as in the portal, the plan that is measured would not be empty.
func (c crowd) state(state []byte, n int) ([]byte, error) {
	var whole map[string]json.RawMessage
	var resources []map[string]json.RawMessage
	if err := json.Unmarshal(state, &whole); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(whole["resources"], &resources); err != nil {
		return nil, err
	}
	var all []map[string]json.RawMessage
	for _, resource := range resources {
		copied, err := c.copies(resource, n)
		if err != nil {
			return nil, err
		}
		all = append(all, copied...)
	}
	var err error
	if whole["resources"], err = json.Marshal(all); err != nil {
		return nil, err
	}
	return json.Marshal(whole)
}

// copies are the instances of a resource for n people, or for one without instances, a resource for each of them.
func (c crowd) copies(resource map[string]json.RawMessage, n int) ([]map[string]json.RawMessage, error) {
	var instances []json.RawMessage
	if err := json.Unmarshal(resource["instances"], &instances); err != nil {
		return nil, err
	}
	if len(instances) != 1 {
		return nil, fmt.Errorf("the state has %d instances of a resource, not the one to copy", len(instances))
	}
	var first struct {
		IndexKey any `json:"index_key"`
	}
	if err := json.Unmarshal(instances[0], &first); err != nil {
		return nil, err
	}
	all := []map[string]json.RawMessage{resource}
	for i := 1; i < n; i++ {
		instance := c.replacer(i).Replace(string(instances[0]))
		switch first.IndexKey.(type) {
		case string:
			instances = append(instances, json.RawMessage(instance))
		case float64:
			instances = append(instances, json.RawMessage(strings.Replace(instance, `"index_key": 0`, fmt.Sprintf(`"index_key": %d`, i), 1)))
		default:
			copied := map[string]json.RawMessage{"instances": json.RawMessage("[" + instance + "]")}
			for key, value := range resource {
				if key != "instances" {
					copied[key] = json.RawMessage(c.replacer(i).Replace(string(value)))
				}
			}
			all = append(all, copied)
		}
	}
	var err error
	resource["instances"], err = json.Marshal(instances)
	return all, err
}

// replacer turns what is said of the first person into what is said of another.
func (c crowd) replacer(i int) *strings.Replacer {
	first, one := personAt(0), personAt(i)
	pairs := []string{
		c.user, copiedID(c.user, i), c.account, copiedID(c.account, i), c.group, copiedID(c.group, i),
		keyAt(0), keyAt(i), first.LastName, one.LastName, first.Extension, one.Extension,
	}
	if c.sipUsername != "" { // terraform_data has none
		pairs = append(pairs, c.sipUsername, copiedUsername(i))
	}
	return strings.NewReplacer(pairs...)
}

// crowdIn returns the first person of a Terraform state.
func crowdIn(state []byte, k kind) (crowd, error) {
	var read struct {
		Resources []struct {
			Type, Name string
			Instances  []struct {
				Attributes struct {
					ID          string
					SIPUsername string `json:"sip_username"`
				}
			}
		}
	}
	if err := json.Unmarshal(state, &read); err != nil {
		return crowd{}, err
	}
	ids := map[string]string{}
	var username string
	for _, resource := range read.Resources {
		if len(resource.Instances) == 1 {
			name, _, _ := strings.Cut(resource.Name, "_") // a block per person has a name per person
			attributes := resource.Instances[0].Attributes
			ids[resource.Type+"."+name] = attributes.ID
			username += attributes.SIPUsername // which one resource has
		}
	}
	c := crowd{user: ids[k.user+".user"], account: ids[k.account+".phone"], group: ids[k.group+".group"], sipUsername: username}
	if c.user == "" || c.account == "" || c.group == "" {
		return crowd{}, fmt.Errorf("the state does not have all of a person: %v", ids)
	}
	return c, nil
}
