# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the module photon.hardening.tdnf, which has tests of its own: photon-upgrade is there already."""

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec=dict(name=dict(type="list", elements="str"), state=dict(type="str"), update_cache=dict(type="bool")),
        supports_check_mode=True)
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
