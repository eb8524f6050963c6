package service

import "github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"

func (sc scene) allocatesNumbers() bool  { return sc.set.Platform == portal.Vaxel }
func (sc scene) reloadsPBXs() bool       { return sc.set.Platform == portal.Samoobsluha }
func (sc scene) claimsEmails() bool      { return sc.set.Platform == portal.Maatwerk }
func (sc scene) plansPublications() bool { return sc.set.Platform == portal.Engage }
