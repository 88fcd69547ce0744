# jq -r -f prometheus.jq report.json: the text that node_exporter's textfile collector reads.
# SPDX-License-Identifier: GPL-3.0-or-later

def quoted: gsub("\t"; " ") | tojson;
def gauge($name; $help): "# HELP \($name) \($help)", "# TYPE \($name) gauge";
def per_host($name; $help; $key; counts):
  gauge($name; $help),
  (.hosts[] | .host as $host | counts | to_entries[] | "\($name){host=\($host | quoted),\($key)=\(.key | quoted)} \(.value)");

per_host("photon_hardening_parameters"; "Kernel parameters of a host, by state."; "state"; .counts),
per_host("photon_hardening_verdicts"; "Kernel parameters of a host, by verdict."; "verdict"; .verdicts),
per_host("photon_hardening_outcome"; "How the run ended for a host."; "outcome"; {(.outcome): 1}),
gauge("photon_hardening_result_timestamp_seconds"; "When the result of a host was kept."),
(.hosts[] | "photon_hardening_result_timestamp_seconds{host=\(.host | quoted)} \(.time | fromdateiso8601)"),
gauge("photon_hardening_problems"; "Results and hosts with a problem, by kind."),
(.problems | group_by(.kind)[] | "photon_hardening_problems{kind=\(.[0].kind | quoted)} \(length)")
