# jq -f defectdojo.jq report.json: findings for DefectDojo's "Generic Findings Import". A host is a service; as an endpoint, one bad name
# would stop the whole import.
# SPDX-License-Identifier: GPL-3.0-or-later

def finding($host; $what; $title; $description): {
  title: "\($title): \($host)"[:500], description: $description, severity: "Medium", service: $host[:200], component_name: $what[:500],
  unique_id_from_tool: "\($host) \($what)"[:500], active: true, verified: true, risk_accepted: false, static_finding: false,
  dynamic_finding: true
};

. as $report
| {findings: [
    (.hosts[] | . as $host | .parameters[] | select(.verdict == "fail" or .verdict == "error" or .verdict == "waived")
      | finding($host.host; .name; "Kernel parameter \(.name)"; "\(.name) \(.sentence).") + {
          date: $host.time[:10], vuln_id_from_tool: .name[:500], impact: ($report.catalogue[.name].impact // ""),
          references: ([.controls | to_entries[] | .key as $key | .value[] | "\($key):\(.)"] | join(" ")),
          active: (.verdict != "waived"), risk_accepted: (.verdict == "waived")
        }),
    (.problems[] | finding(.source; .kind; "Result \(.kind)"; .message))
  ]}
