// Copyright: (c) 2026, The photon.hardening authors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// read.js hdf|cklb FOLDER: prints as JSON what the readers of others make of each file in FOLDER: file -> what they found, or throws.
const fs = require('fs')
const path = require('path')

const readers = {
  // convertFile holds the text to the types that are generated from Heimdall's exec-json schema; keepErrors false: it throws.
  hdf (text) {
    const inspecjs = require('inspecjs')
    const evaluation = inspecjs.convertFileContextual(text)
    if (!inspecjs.convertFile(text)['1_0_ExecJson']) throw new Error('it was read as something else than exec-json')
    return evaluation.contains[0].contains.map(control => ({
      id: control.data.id, status: control.hdf.status, waived: control.hdf.waived, message: control.hdf.message,
      nist: control.hdf.rawNistTags, severity: control.hdf.severity
    }))
  },
  // The settings are those of a new collection of STIG Manager.
  cklb (text) {
    const { reviewsFromCklb } = require('@nuwcdivnpt/stig-manager-client-modules')
    const always = { enabled: 'always', required: 'always' }
    return reviewsFromCklb({
      data: text,
      fieldSettings: { detail: always, comment: { enabled: 'findings', required: 'findings' } },
      allowAccept: true,
      importOptions: {
        autoStatus: { fail: 'submitted', notapplicable: 'submitted', pass: 'submitted' },
        unreviewed: 'commented', unreviewedCommented: 'informational', emptyDetail: 'replace', emptyComment: 'ignore', allowCustom: true
      }
    })
  }
}

const [kind, folder] = process.argv.slice(2)
const found = {}
for (const name of fs.readdirSync(folder)) found[name] = readers[kind](fs.readFileSync(path.join(folder, name), 'utf8'))
process.stdout.write(JSON.stringify(found))
