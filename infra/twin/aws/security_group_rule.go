package aws

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"crosscloud/infra/twin/cloud"
)

type ruleArgs struct {
	SecurityGroup string            `json:"securityGroupId"`
	Description   string            `json:"description,omitempty"`
	Protocol      string            `json:"ipProtocol"`
	FromPort      *int              `json:"fromPort,omitempty"`
	ToPort        *int              `json:"toPort,omitempty"`
	CIDRIPv4      string            `json:"cidrIpv4,omitempty"`
	CIDRIPv6      string            `json:"cidrIpv6,omitempty"`
	Tags          map[string]string `json:"tags,omitempty"`
}

type rule struct {
	ruleArgs
	ARN string `json:"arn"`
	ID  string `json:"securityGroupRuleId"`
}

// The two directions are two types, so that they are two sets of records.
type (
	ingressRule struct{ rule }
	egressRule  struct{ rule }
)

// maxRules is the default quota of rules per group and direction: "Amazon VPC quotas", Amazon VPC User Guide.
const maxRules = 60

func (a *account) ingressRuleKind() cloud.Resource {
	return ruleKind(a, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
		func(r rule) ingressRule { return ingressRule{r} }, func(r ingressRule) rule { return r.rule })
}

func (a *account) egressRuleKind() cloud.Resource {
	return ruleKind(a, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
		func(r rule) egressRule { return egressRule{r} }, func(r egressRule) rule { return r.rule })
}

func ruleKind[R any](a *account, token string, wrap func(rule) R, unwrap func(R) rule) cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[ruleArgs, R]{
		Token:    token,
		Required: []string{"securityGroupId", "ipProtocol"},
		OneOf:    [][]string{{"cidrIpv4", "cidrIpv6"}},
		Replace:  []string{"securityGroupId"},
		// EC2 can change a rule, but not from one IP version to the other.
		ReplaceIf: func(old R, in ruleArgs) []string {
			before := unwrap(old)
			if before.CIDRIPv4 != "" && in.CIDRIPv6 != "" || before.CIDRIPv6 != "" && in.CIDRIPv4 != "" {
				return []string{"cidrIpv4", "cidrIpv6"}
			}
			return nil
		},
		Stable: []string{"arn", "securityGroupRuleId"},
		Normalize: func(_ string, in ruleArgs) ruleArgs {
			in.Protocol = protocolName(in.Protocol)
			return in
		},
		Check: checkRule,
		Create: func(ctx context.Context, _ string, in ruleArgs) (string, R, error) {
			id := id("sgr")
			out := wrap(rule{ruleArgs: in, ARN: a.arn("ec2", "security-group-rule/"+id), ID: id})
			return id, out, a.locked(func() error {
				if err := authorizable(a, id, in, unwrap); err != nil {
					return err
				}
				return enact(ctx, a, id, out)
			})
		},
		Read: read[R](a),
		Update: func(ctx context.Context, id string, old R, in ruleArgs) (R, error) {
			after := unwrap(old)
			after.ruleArgs = in
			out := wrap(after)
			return out, a.locked(func() error {
				if err := authorizable(a, id, in, unwrap); err != nil {
					return err
				}
				return errors.Join(rewrite(a, id, out), a.settle(ctx))
			})
		},
		Delete: func(ctx context.Context, id string, _ R) error {
			return a.locked(func() error { return errors.Join(drop[R](a, id), a.settle(ctx)) })
		},
	}, func(in ruleArgs) map[string]string { return in.Tags })
}

// protocolName gives the names that EC2 uses for the numbers it also takes.
func protocolName(p string) string {
	switch p := strings.ToLower(p); p {
	case "all":
		return "-1"
	case "1":
		return "icmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "58":
		return "icmpv6"
	default:
		return p
	}
}

func checkRule(in ruleArgs) []cloud.Failure {
	var f failures
	if in.CIDRIPv4 != "" {
		f.prefix("cidrIpv4", in.CIDRIPv4, netip.Addr.Is4)
	}
	if in.CIDRIPv6 != "" {
		f.prefix("cidrIpv6", in.CIDRIPv6, netip.Addr.Is6)
	}
	number, err := strconv.Atoi(in.Protocol)
	f.addIf(err == nil && number >= 0 && number <= 255, "ipProtocol",
		"the twin's firewall knows tcp, udp, icmp, icmpv6 and -1 for all, not the protocol of number %d", number)
	for property, port := range map[string]*int{"fromPort": in.FromPort, "toPort": in.ToPort} {
		f.addIf(port != nil && (*port < -1 || *port > 65535), property, "value must be between -1 and 65535, got: %d", or(port, 0))
	}
	return f
}

// authorizable says whether EC2 would take the rule into its group.
func authorizable[R any](a *account, id string, in ruleArgs, unwrap func(R) rule) error {
	if _, err := a.needSecurityGroup(in.SecurityGroup); err != nil {
		return err
	}
	if err := checkGroupText(ruleDescription, in.Description); err != nil {
		return err
	}
	if _, err := parsePrefix("cidrIpv4, cidrIpv6", in.CIDRIPv4+in.CIDRIPv6); err != nil {
		return err
	}
	if err := checkPorts(in); err != nil {
		return err
	}
	others, err := where(a, func(v R) bool { return unwrap(v).SecurityGroup == in.SecurityGroup && unwrap(v).ID != id })
	if err != nil {
		return err
	}
	if len(others) >= maxRules {
		return refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
	}
	for _, other := range others {
		if unwrap(other).ruleArgs.opens() == in.opens() {
			return refuse("InvalidPermission.Duplicate", "the specified rule %q already exists", in.opens())
		}
	}
	return nil
}

func checkPorts(in ruleArgs) error {
	from, to := or(in.FromPort, -1), or(in.ToPort, -1)
	switch in.Protocol {
	case "tcp", "udp":
		switch {
		case in.FromPort == nil || in.ToPort == nil:
			return refuse("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
		case from < 0 || to < 0:
			return refuse("InvalidPermission.Malformed", "TCP/UDP port (-1) out of range")
		case from > to:
			return refuse("InvalidParameterValue", "Invalid value '%d-%d' for portRange.", from, to)
		}
	case "icmp", "icmpv6":
		if from != -1 || to != -1 {
			return refuse("InvalidParameterValue", "the twin opens ICMP as a whole only: fromPort and toPort must be -1")
		}
	case "-1":
		if from != -1 || to != -1 {
			return refuse("InvalidParameterValue", "You may not specify ports when the protocol is -1: all ports are open")
		}
	default:
		return refuse("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", in.Protocol)
	}
	return nil
}

// opens describes what the rule opens, as EC2 does; two rules of a group that open the same are duplicates.
func (in ruleArgs) opens() string {
	return fmt.Sprintf("peer: %s%s, %s, from port: %d, to port: %d, ALLOW",
		in.CIDRIPv4, in.CIDRIPv6, strings.ToUpper(in.Protocol), or(in.FromPort, -1), or(in.ToPort, -1))
}
