# jq -c -f ocsf.jq report.json: one OCSF Compliance Finding (2003) a line, for each parameter of each host and for each problem.
# SPDX-License-Identifier: GPL-3.0-or-later

def status: {pass: [1, "Pass"], fail: [3, "Fail"], error: [3, "Fail"], waived: [3, "Fail"], not_applicable: [99, "Other"]}[.] // [0, "Unknown"];
def event($host; $title; $message; $verdict): {
  activity_id: 1, category_uid: 2, class_uid: 2003, type_uid: 200301, time: ($host.time | fromdateiso8601 * 1000), message: $message,
  severity_id: (if $verdict == "pass" or $verdict == "not_applicable" then 1 else 3 end),
  status_id: (if $verdict == "waived" then 3 else 1 end),
  metadata: {version: "1.5.0", product: {name: "photon.hardening", vendor_name: "photon.hardening", version: $host.provenance.collection}},
  finding_info: {uid: "\($host.run) \($host.host) \($title)", title: $title},
  compliance: {control: $title, status_id: ($verdict | status[0]), status: ($verdict | status[1]), standards: [], requirements: []},
  resources: [{name: $host.host, type: "host"}]
};

. as $report
| (.hosts[] | . as $host | .parameters[] | event($host; .name; "\(.name) \(.sentence)"; .verdict) + {
    compliance: (event($host; .name; ""; .verdict).compliance + {
      standards: [.controls | keys[] | $report.benchmarks[.] | "\(.title) \(.version)"],
      requirements: [.controls | to_entries[] | .key as $key | .value[] | "\($key):\(.)"]
    })
  }),
  # Where no host has a result, there is no other time.
  (.problems[] | event({host: .source, time: (if $report.time == "" then now | todate else $report.time end), run: "", provenance: {}};
                       .kind; .message; "unknown"))
