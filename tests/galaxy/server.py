# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server.py TARBALL: a Galaxy server (API v3) on loopback that has one collection. Prints its address, serves until it is ended."""

import hashlib
import http.server
import json
import pathlib
import sys
import tarfile

TARBALL = pathlib.Path(sys.argv[1])
with tarfile.open(TARBALL) as opened:
    ABOUT = json.load(opened.extractfile("MANIFEST.json"))["collection_info"]
COLLECTION = "/api/v3/collections/%(namespace)s/%(name)s/" % ABOUT
VERSIONS = COLLECTION + "versions/"
VERSION = "%s%s/" % (VERSIONS, ABOUT["version"])
DOWNLOAD = "/download/%s" % TARBALL.name


def answers(address):
    """path -> what a client is told there."""
    content = TARBALL.read_bytes()
    artifact = {"filename": TARBALL.name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return {
        "/api/": {"available_versions": {"v3": "v3/"}},
        COLLECTION: {"namespace": ABOUT["namespace"], "name": ABOUT["name"],
                     "highest_version": {"version": ABOUT["version"], "href": VERSION}},
        VERSIONS: {"meta": {"count": 1}, "links": {"next": None}, "data": [{"version": ABOUT["version"], "href": VERSION}]},
        VERSION: {"namespace": {"name": ABOUT["namespace"]}, "collection": {"name": ABOUT["name"]}, "version": ABOUT["version"],
                  "href": VERSION, "artifact": artifact, "download_url": address + DOWNLOAD, "signatures": [],
                  "metadata": {"dependencies": ABOUT["dependencies"]}},
    }


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == DOWNLOAD:
            self._send(200, "application/gzip", TARBALL.read_bytes())
        elif path in self.server.answers:
            self._send(200, "application/json", json.dumps(self.server.answers[path]).encode())
        else:
            self._send(404, "application/json", b'{"errors": [{"status": "404", "title": "Not found."}]}')

    def _send(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own_address = "http://127.0.0.1:%d" % server.server_port
    server.answers = answers(own_address)
    print(own_address, flush=True)
    server.serve_forever()
