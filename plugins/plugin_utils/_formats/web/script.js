// Copyright: (c) 2026, The photon.hardening authors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lists below the report's first screen. The data is what ../packing.py packs; what is shown follows from the address (#view=...).
// Texts of hosts are set as text, never as HTML.
"use strict";

(() => {
  const VIEWS = [["findings", "Findings"], ["matrix", "Matrix"], ["hosts", "Hosts"], ["waivers", "Waivers"], ["missing", "Missing"]];
  const PAGE = 100; // findings on a page
  const NAMES = 200; // hosts below a finding
  const ROW = 24; // pixels, as in style.css
  const WORST = ["error", "fail", "waived"]; // the verdicts that a host is listed with
  const WORST_WORDS = ["Errors", "Failures", "Waived"];

  // --- elements ---

  /** An element. Options are properties; those with a hyphen, and role, are attributes. Children: elements and texts. */
  function make(tag, options = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (value === undefined || value === null || value === false) continue;
      if (name.includes("-") || name === "role" || name === "scope" || name === "for") element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  const thousands = (number) => number.toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const plural = (number, word) => `${thousands(number)} ${word}${number === 1 ? "" : "s"}`;
  const letter = (kind) => make("b", { className: `letter ${kind.verdict}` }, kind.letter);
  const code = (text) => make("code", {}, text);
  const shown = (value) => (value === null ? "unset" : value || "empty");

  // --- data ---

  async function unpacked(text) {
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  /** One parameter: which cell each host has. */
  class Parameter {
    constructor(said, numbers, texts, report) {
      Object.assign(this, said);
      this.numbers = numbers;
      this.report = report;
      this.bytes = texts;
      this.kinds = Uint8Array.from([255, ...said.cells.map((cell) => cell[0])]);
      this.numbersOf = new Map();
      for (const [benchmark, number] of said.controls) this.numbersOf.set(benchmark, [...(this.numbersOf.get(benchmark) || []), number]);
      this.ids = said.controls.map(([benchmark, number]) => `${report.benchmarks[benchmark].key}:${number}`);
      const titles = [...this.numbersOf.keys()].map((benchmark) => report.benchmarks[benchmark].title);
      this.searched = [said.name, ...titles, ...this.ids, ...said.controls.flatMap(([, ...names]) => names)].join("\n").toLowerCase();
    }

    /** Its numbers, each benchmark by its key. Those of all interfaces are not told again of each of them. */
    shortly() {
      const { benchmarks, parameters } = this.report;
      const first = this.ids.length && parameters.find(({ ids, name }) => name.includes(".conf.all.") && `${ids}` === `${this.ids}`);
      if (first && first !== this) return `numbers as of ${first.name}`;
      return [...this.numbersOf].map(([benchmark, numbers]) => `${benchmarks[benchmark].key} ${numbers.join(", ")}`).join("; ");
    }

    /** The texts of a host that are kept apart from the cells. */
    apart(host) {
      if (!this.bytes.length) return null;
      if (!this.starts) {
        this.starts = new Uint32Array(this.numbers.length + 1);
        for (let index = 0; index < this.numbers.length; index += 1) this.starts[index + 1] = this.bytes.indexOf(0, this.starts[index]) + 1;
      }
      return new TextDecoder().decode(this.bytes.subarray(this.starts[host], this.starts[host + 1] - 1)).split("\n");
    }

    /** The state in which it is on a host. */
    key(host) {
      return this.report.kinds[this.kinds[this.numbers[host]]]?.key || "";
    }

    /** What a host has, or null. */
    cell(host) {
      const number = this.numbers[host];
      if (!number) return null;
      const [kind, ...places] = this.cells[number - 1];
      const { strings, slots, kinds } = this.report;
      const apart = this.apart(host);
      const filled = (text) => (apart ? text.replace(slots, (slot) => apart[slot.charCodeAt(0) - 0xe000]) : text);
      const texts = places.map((place) => (place === null ? null : filled(strings[place])));
      const [before, wanted, after, bootBefore, boot, source, dropin, reason, sentence] = texts;
      return { kind: kinds[kind], before, wanted, after, bootBefore, boot, source, dropin, reason, sentence };
    }
  }

  function read(buffer) {
    const view = new DataView(buffer);
    let place = 4 + view.getUint32(0, true);
    const report = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, place - 4)));
    report.slots = new RegExp(`[${report.slots}]`, "g");
    report.names = report.hosts.name;
    report.searched = report.names.map((name) => name.toLowerCase());
    const next = (length) => buffer.slice(place, (place += length));
    report.parameters = report.parameters.map((said) => {
      const numbers = new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[said.width](next(said.width * report.names.length));
      return new Parameter(said, numbers, new Uint8Array(next(said.texts)), report);
    });
    return report;
  }

  /** Everything about one host that is no parameter. */
  function about(report, host) {
    const { time, msg, abouts } = report.hosts;
    const [when, said] = [report.strings[time[host]], report.strings[msg[host]]];
    return { ...abouts[report.hosts.about[host]], name: report.names[host], time: when, msg: said };
  }

  // --- the address: what is shown ---

  const NOTHING = { view: "", q: "", state: "", group: "", host: "", open: "", page: "" };

  const fromAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries(Object.keys(NOTHING).map((key) => [key, asked.get(key) || ""]));
  };

  const address = (asked) => {
    const given = Object.entries(asked).filter(([, value]) => value);
    return `#${new URLSearchParams(given)}`;
  };

  // --- what is asked for ---

  /** The terms of a search, and whether a text has one: anywhere in it; after "=" all is one term, which is the text, or a line of it. */
  function searched(words) {
    const asked = words.toLowerCase();
    if (asked.startsWith("=")) return { terms: [asked.slice(1)], has: (text, term) => text.split("\n").includes(term) };
    return { terms: asked.split(/\s+/).filter(Boolean), has: (text, term) => text.includes(term) };
  }

  /** Which hosts a parameter is looked at on: a term of the search is found in the parameter's name or numbers, or in the host's name. */
  function searcher(report, words) {
    const { terms, has } = searched(words);
    const known = new Map([["", null]]);
    return (parameter) => {
      const left = terms.filter((term) => !has(parameter.searched, term));
      const key = left.join(" ");
      if (!known.has(key)) known.set(key, Uint8Array.from(report.searched, (name) => (left.every((term) => has(name, term)) ? 1 : 0)));
      return known.get(key);
    };
  }

  /** Counts what is asked for: of each parameter its kinds, of each host its verdicts. The one pass over all cells. */
  function scan(report, asked) {
    const states = asked.state ? asked.state.split(",") : null;
    // The last one, of no kind, is what a host does not have.
    const wanted = new Uint8Array(256);
    report.kinds.forEach((kind, place) => (wanted[place] = !states || states.includes(kind.key) ? 1 : 0));
    const verdicts = Uint8Array.from(report.kinds, (kind) => report.verdicts.indexOf(kind.verdict));
    const width = report.verdicts.length;
    const perHost = new Uint32Array(report.names.length * width);
    const search = searcher(report, asked.q);
    const found = report.parameters.map((parameter) => {
      const { numbers, kinds } = parameter;
      const hosts = search(parameter);
      const perCell = new Uint32Array(kinds.length);
      for (let host = 0; host < numbers.length; host += 1) {
        const kind = kinds[numbers[host]];
        if (wanted[kind] && (hosts === null || hosts[host])) {
          perCell[numbers[host]] += 1;
          perHost[host * width + verdicts[kind]] += 1;
        }
      }
      const perKind = new Uint32Array(report.kinds.length);
      perCell.forEach((count, number) => count && (perKind[kinds[number]] += count));
      return { parameter, perCell, perKind, hosts };
    });
    return { found, perHost, width, wanted };
  }

  /** The hosts of a scan, those with the most errors first, then failures and so on. */
  function hostsOf(report, { perHost, width }) {
    const has = new Uint8Array(report.names.length);
    for (let place = 0; place < perHost.length; place += 1) if (perHost[place]) has[Math.floor(place / width)] = 1;
    const listed = [...has.keys()].filter((host) => has[host]);
    const order = (left, right) => {
      for (let verdict = 0; verdict < width - 1; verdict += 1) {
        const difference = perHost[right * width + verdict] - perHost[left * width + verdict];
        if (difference) return difference;
      }
      return left - right;
    };
    return listed.sort(order);
  }

  // --- copying ---

  const FORMATS = {
    Markdown({ head, rows }) {
      const plain = (value) => String(value).replace(/[\\`*_{}[\]<>|#~&]/g, "\\$&");
      const line = (values) => `| ${values.map(plain).join(" | ")} |`;
      return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line), ""].join("\n");
    },
    CSV({ head, rows }) {
      // A spreadsheet would take a text that starts like this for a formula.
      const safe = (value) => (/^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value));
      const line = (values) => values.map((value) => `"${safe(value).replaceAll('"', '""')}"`).join(",");
      return [head, ...rows].map(line).join("\r\n") + "\r\n";
    },
    JSON({ head, rows }) {
      return `${JSON.stringify(rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]]))), null, 1)}\n`;
    },
  };

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Not allowed, or not there at all.
      const area = make("textarea", { value: text, className: "unseen" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  // --- a list of which only the rows in sight exist ---

  class List {
    /** fill(row element, number): what the row shows. opened(number): Enter, or a double click. */
    constructor({ label, count, head, fill, opened = () => {}, moved = () => {}, columns = null, className = "" }) {
      Object.assign(this, { count, fill, opened, moved, columns, here: -1, column: 0, seen: new Map() });
      this.rows = make("div", { className: "rows", role: "rowgroup" });
      this.rows.style.height = `${count * ROW}px`;
      this.element = make("div", {
        className: `list ${className}`, role: "grid", tabIndex: 0, "aria-label": label, "aria-rowcount": count + 1, "aria-readonly": "true",
      }, make("div", { role: "rowgroup", className: "top" }, head), this.rows);
      head.setAttribute("aria-rowindex", 1);
      this.element.addEventListener("scroll", () => this.draw());
      this.element.addEventListener("keydown", (event) => this.key(event));
      this.element.addEventListener("focus", () => this.move(Math.max(this.here, 0), false));
      this.rows.addEventListener("click", (event) => this.clicked(event));
      requestAnimationFrame(() => this.draw());
    }

    draw() {
      const { scrollTop, clientHeight } = this.element;
      const first = Math.max(0, Math.floor(scrollTop / ROW) - 4);
      const last = Math.min(this.count, Math.ceil((scrollTop + clientHeight) / ROW) + 4);
      for (const [number, row] of this.seen) {
        if (number >= first && number < last) continue;
        row.remove();
        this.seen.delete(number);
      }
      for (let number = first; number < last; number += 1) if (!this.seen.has(number)) this.add(number);
    }

    add(number) {
      const row = make("div", { className: "row", role: "row", id: `row-${number}`, "aria-rowindex": number + 2 });
      row.style.top = `${number * ROW}px`;
      row.dataset.number = number;
      this.fill(row, number);
      row.classList.toggle("here", number === this.here);
      this.seen.set(number, row);
      this.rows.append(row);
    }

    move(number, scroll = true) {
      if (!this.count) return;
      this.seen.get(this.here)?.classList.remove("here");
      this.here = Math.min(Math.max(number, 0), this.count - 1);
      if (scroll) this.reveal();
      this.draw();
      this.seen.get(this.here)?.classList.add("here");
      this.element.setAttribute("aria-activedescendant", `row-${this.here}`);
      this.moved(this.here, this.column, this.seen.get(this.here));
    }

    reveal() {
      const box = this.element;
      const head = box.firstChild.offsetHeight;
      const top = this.here * ROW;
      if (top < box.scrollTop) box.scrollTop = top;
      if (top + ROW + head > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW + head - box.clientHeight;
    }

    clicked(event) {
      const row = event.target.closest(".row");
      if (row) this.move(Number(row.dataset.number), false);
    }

    key(event) {
      const page = Math.floor(this.element.clientHeight / ROW) - 2;
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.count, End: this.count };
      const sideways = this.columns ? { ArrowRight: 1, ArrowLeft: -1 }[event.key] : undefined;
      if (event.key === "Enter" && this.here >= 0) this.opened(this.here);
      else if (sideways) this.column = Math.min(Math.max(this.column + sideways, 0), this.columns - 1);
      else if (!(event.key in steps)) return;
      event.preventDefault();
      if (event.key !== "Enter") this.move(this.here + (steps[event.key] || 0));
    }
  }

  // --- views: each returns {element, said, table} ---

  const cell = (text, className = "") => make("span", { role: "gridcell", className }, text);
  const heads = (names, className) => make("div", { role: "row", className: `head ${className}` },
    ...names.map((name) => make("span", { role: "columnheader", className: WORST_WORDS.includes(name) ? "number" : "" }, name)));
  const columnHead = (name) => make("th", { scope: "col", className: name === "Hosts" ? "number" : "" }, name);
  const tableOf = (className, names, body) =>
    make("div", { className: "scroll" }, make("table", { className }, make("thead", {}, make("tr", {}, ...names.map(columnHead))), body));

  const hostAddress = (report, host) => address({ ...NOTHING, view: "host", host: report.names[host] });
  const hostLink = (report, host) => make("a", { href: hostAddress(report, host) }, report.names[host]);

  /** [{parameter, kind, hosts, allowed, numbers}, ...] with the worst first, or in order of the numbers of the benchmark asked for. */
  function findingsOf(report, asked, scanned) {
    const benchmark = report.benchmarks.findIndex(({ title }) => title === asked.group);
    const listed = [];
    for (const { parameter, perCell, perKind, hosts } of scanned.found) {
      const numbers = parameter.controls.filter(([of]) => of === benchmark).map(([, number]) => number).join(", ");
      perKind.forEach((count, kind) => count && listed.push({ parameter, kind, count, perCell, allowed: hosts, numbers }));
    }
    const collator = new Intl.Collator("en", { numeric: true });
    const grouped = (item) => (benchmark < 0 ? "" : item.numbers || "\uffff");
    const worth = (item) => report.verdicts.indexOf(report.kinds[item.kind].verdict);
    const byName = (left, right) => (left.parameter.name < right.parameter.name ? -1 : 1);
    return listed.sort((left, right) => collator.compare(grouped(left), grouped(right)) || worth(left) - worth(right)
      || right.count - left.count || left.kind - right.kind || byName(left, right));
  }

  /** The hosts of a finding, and how many of them have the same to say. */
  function affected(report, { parameter, kind, allowed }) {
    const hosts = [];
    for (let host = 0; host < report.names.length; host += 1) {
      if (parameter.kinds[parameter.numbers[host]] === kind && (!allowed || allowed[host])) hosts.push(host);
    }
    return hosts;
  }

  function sentences(parameter, hosts) {
    const found = new Map();
    for (const host of hosts) {
      const { sentence } = parameter.cell(host);
      found.set(sentence, (found.get(sentence) || 0) + 1);
    }
    return [...found].sort((left, right) => right[1] - left[1]);
  }

  /** Every number of a parameter, with the title of its benchmark and the other numbers that it has there. */
  function controlsOf({ report, controls }) {
    const told = ([benchmark, number, ...others]) =>
      `${report.benchmarks[benchmark].title} ${number}${others.length ? ` (${others.join(", ")})` : ""}`;
    return controls.map(told).join("; ");
  }

  const explained = (parameter) => [
    parameter.why && make("p", {}, make("b", {}, "Why: "), parameter.why),
    parameter.impact && make("p", {}, make("b", {}, "Impact: "), parameter.impact),
    parameter.ids.length ? make("p", { className: "ids" }, `Controls: ${controlsOf(parameter)}`) : null,
  ];

  function opened(report, finding) {
    const hosts = affected(report, finding);
    const said = sentences(finding.parameter, hosts.slice(0, NAMES * 5));
    const all = { ...NOTHING, view: "hosts", q: `=${finding.parameter.name}`, state: report.kinds[finding.kind].key };
    return make("td", { colSpan: 5 },
      ...explained(finding.parameter),
      ...said.slice(0, 5).map((one) => make("p", { className: "value" }, said.length > 1 ? `${plural(one[1], "host")}: ` : "", one[0])),
      said.length > 5 ? make("p", { className: "quiet" }, "and other values; each host has its own.") : null,
      make("ul", { className: "names" }, ...hosts.slice(0, NAMES).map((host) => make("li", {}, hostLink(report, host)))),
      hosts.length > NAMES ? make("p", {}, make("a", { href: address(all) }, `All ${plural(hosts.length, "host")}`)) : null);
  }

  /** What is said most often of the hosts of a finding, and whether other things are said, too. */
  function mostly({ parameter, kind, perCell, count, allowed }) {
    let most = 0;
    perCell.forEach((hosts, number) => {
      if (parameter.kinds[number] === kind && hosts > (most && perCell[most])) most = number;
    });
    const host = parameter.numbers.findIndex((number, place) => number === most && (!allowed || allowed[place]));
    const same = count === 1 || (perCell[most] === count && !parameter.bytes.length);
    return `${parameter.cell(host).sentence}${same ? "" : "; others differ"}`;
  }

  function findingRow(report, asked, finding, go) {
    const kind = report.kinds[finding.kind];
    const id = `${finding.parameter.name}:${kind.key}`;
    const isOpen = asked.open === id;
    const button = make("button", { type: "button", className: "open", "aria-expanded": String(isOpen) }, code(finding.parameter.name));
    button.dataset.id = id;
    button.addEventListener("click", () => go({ open: isOpen ? "" : id }, `[data-id="${CSS.escape(id)}"]`));
    const bar = make("i");
    bar.style.width = `${(100 * finding.count) / report.all_hosts}%`;
    const row = make("tr", { className: kind.verdict },
      make("td", { className: "state" }, letter(kind), ` ${kind.word}`), make("th", { scope: "row" }, button),
      make("td", { className: "number", "data-label": "Hosts" }, thousands(finding.count)), make("td", { className: "share" }, bar),
      make("td", { className: "quiet" }, mostly(finding)));
    return isOpen ? [row, make("tr", { className: "opened" }, opened(report, finding))] : [row];
  }

  function pager(total, page, go) {
    const button = (text, to, off) => {
      const made = make("button", { type: "button", disabled: off }, text);
      made.addEventListener("click", () => go({ page: to ? String(to) : "", open: "" }));
      return made;
    };
    const last = Math.min(total, (page + 1) * PAGE);
    return total <= PAGE ? null : make("div", { className: "more" }, button("Previous", page - 1, page === 0),
      `${thousands(page * PAGE + 1)} to ${thousands(last)} of ${thousands(total)}`, button("Next", page + 1, last === total));
  }

  /** Which page of the findings is shown. A link to a finding leads to the page on which it stands. */
  function pageOf(report, asked, listed) {
    const last = Math.floor(Math.max(listed.length - 1, 0) / PAGE);
    const linked = listed.findIndex(({ parameter, kind }) => `${parameter.name}:${report.kinds[kind].key}` === asked.open);
    const wanted = asked.page || linked < 0 ? Math.floor(Number(asked.page)) || 0 : Math.floor(linked / PAGE);
    return Math.min(Math.max(wanted, 0), last);
  }

  const groupRow = (title) => make("tr", { className: "group" }, make("th", { colSpan: 5, scope: "rowgroup" }, title));

  function findingsView(report, asked, scanned, go) {
    const listed = findingsOf(report, asked, scanned);
    const page = pageOf(report, asked, listed);
    const body = make("tbody");
    let group = null;
    for (const finding of listed.slice(page * PAGE, (page + 1) * PAGE)) {
      if (asked.group && finding.numbers !== group) {
        group = finding.numbers;
        body.append(groupRow(group ? `${asked.group} ${group}` : `No number in ${asked.group}`));
      }
      body.append(...findingRow(report, asked, finding, go));
    }
    const cells = listed.reduce((sum, item) => sum + item.count, 0);
    const table = tableOf("findings stacked", ["State", "Parameter", "Hosts", "Share", "Most common"], body);
    return {
      element: make("div", {}, table, pager(listed.length, page, go)),
      said: `${plural(listed.length, "row")}: each parameter in each state; ${plural(cells, "value")}`,
      table: () => ({
        head: ["state", "parameter", "hosts", "most_common", "host_names", "why", "controls"],
        rows: listed.map((finding) => {
          const { parameter, kind, count } = finding;
          const { key } = report.kinds[kind];
          const isOpen = asked.open === `${parameter.name}:${key}`;
          const names = isOpen || count === 1 ? affected(report, finding).map((host) => report.names[host]) : [];
          return [key, parameter.name, count, mostly(finding), names.join(", "), parameter.why || "", parameter.ids.join("; ")];
        }),
      }),
    };
  }

  function hostsView(report, asked, scanned, go) {
    const hosts = hostsOf(report, scanned);
    const { perHost, width } = scanned;
    const number = (host, verdict) => perHost[host * width + report.verdicts.indexOf(verdict)];
    const fill = (row, place) => {
      const said = about(report, hosts[place]);
      row.classList.add("columns");
      row.append(make("span", { role: "gridcell" }, hostLink(report, hosts[place])),
        ...WORST.map((verdict) => cell(thousands(number(hosts[place], verdict)), "number")),
        cell(said.kernel.system || ""), cell(said.kernel.release || ""), cell(said.outcome === "done" ? said.time : said.outcome));
      row.firstChild.firstChild.tabIndex = -1;
    };
    const list = new List({
      label: "Hosts", count: hosts.length, fill,
      opened: (place) => go({ ...NOTHING, view: "host", host: report.names[hosts[place]] }),
      head: heads(["Host", ...WORST_WORDS, "System", "Kernel", "Time"], "columns"),
    });
    return {
      element: list.element, list, said: `${plural(hosts.length, "host")} of ${thousands(report.names.length)}`,
      table: () => ({
        head: ["host", ...report.verdicts, "system", "kernel", "outcome", "time"],
        rows: hosts.map((host) => {
          const said = about(report, host);
          const { system, release } = said.kernel;
          const numbers = report.verdicts.map((verdict) => number(host, verdict));
          return [said.name, ...numbers, system || "", release || "", said.outcome, said.time];
        }),
      }),
    };
  }

  /** The letters of a host's row in the matrix: runs of what is not as wanted stand out. */
  function letters(report, columns, host, scanned) {
    const parts = [];
    let run = "";
    for (const { parameter, hosts } of columns) {
      const kind = parameter.kinds[parameter.numbers[host]];
      const isShown = scanned.wanted[kind] && (hosts === null || hosts[host]);
      const said = isShown ? report.kinds[kind] : null;
      if (!said || said.verdict === "pass") {
        run += said ? said.letter.toLowerCase() : "·";
        continue;
      }
      parts.push(run, make("b", { className: said.verdict }, said.letter));
      run = "";
    }
    return make("span", { role: "gridcell", className: "letters" }, ...parts, run);
  }

  function matrixView(report, asked, scanned, go) {
    const hosts = hostsOf(report, scanned);
    const columns = scanned.found.filter(({ perKind }) => perKind.some(Boolean));
    const line = make("p", { className: "value", role: "status" }, "Arrow keys or a click: what a letter means. Enter: the host.");
    const upright = ({ name }) => make("span", { role: "columnheader", className: "parameter", title: name }, make("span", {}, name));
    const head = make("div", { role: "row", className: "head" }, make("span", { role: "columnheader" }, "Host"),
      ...columns.map(({ parameter }) => upright(parameter)));
    const cursor = make("span", { className: "cursor" });
    const moved = (place, column, row) => {
      const { parameter } = columns[column];
      const has = parameter.cell(hosts[place]);
      line.replaceChildren(`${report.names[hosts[place]]}, `, code(parameter.name), ": ",
        ...(has ? [letter(has.kind), ` ${has.kind.word}: ${has.sentence}`] : ["not known"]));
      head.querySelector(".here")?.classList.remove("here");
      head.children[column + 1].classList.add("here");
      cursor.style.left = `${column * 1.8}ch`;
      row?.querySelector(".letters").append(cursor);
    };
    const fill = (row, place) => row.append(cell(report.names[hosts[place]], "host"), letters(report, columns, hosts[place], scanned));
    const list = new List({
      label: "Matrix of hosts and parameters", count: hosts.length, head, fill, moved, columns: columns.length, className: "matrix",
      opened: (place) => go({ ...NOTHING, view: "host", host: report.names[hosts[place]] }),
    });
    list.rows.addEventListener("click", (event) => pointed(event, list));
    return {
      element: make("div", {}, line, list.element), list,
      said: `${plural(hosts.length, "host")} and ${plural(columns.length, "parameter")}`,
      table: () => ({
        head: ["host", ...columns.map(({ parameter }) => parameter.name)],
        rows: hosts.map((host) => [report.names[host], ...columns.map(({ parameter }) => parameter.key(host))]),
      }),
    };
  }

  function pointed(event, list) {
    const line = event.target.closest(".row")?.querySelector(".letters");
    if (!line) return;
    const box = line.getBoundingClientRect();
    list.column = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * list.columns), 0), list.columns - 1);
    list.move(list.here, false);
  }

  /** The rows of a host that are asked for, the worst first. */
  function rowsOf(report, host, scanned) {
    return scanned.found.map(({ parameter, hosts }) => ({ parameter, has: parameter.cell(host), allowed: hosts === null || hosts[host] }))
      .filter(({ has, allowed }) => has && allowed && scanned.wanted[report.kinds.indexOf(has.kind)])
      .sort((left, right) => report.kinds.indexOf(left.has.kind) - report.kinds.indexOf(right.has.kind));
  }

  const value = (text) => make("span", { className: "value" }, shown(text));
  const arrow = () => make("span", { className: "arrow" }, " → ");
  const change = (before, after) => (before === after ? [value(after)] : [value(before), arrow(), value(after)]);
  // Of an image, of a module that is not loaded, and of what the kernel lacks there is none; that is not a value that is unset.
  const live = ({ before, after }) => (before === null && after === null ? ["not read"] : change(before, after));
  const boot = ({ bootBefore, boot: after }) => (after === null && bootBefore === null ? ["no file sets it"] : change(bootBefore, after));

  /** What decides at boot, why, and the numbers in benchmarks: a row as wide as the table. */
  function moreOf({ parameter, has }, columns) {
    const parts = [["origin value", has.source], ["why", parameter.why], ["ids", parameter.shortly()]].filter(([, text]) => text);
    const spans = parts.map(([className, text]) => make("span", { className }, text));
    return parts.length ? [make("tr", { className: `below ${has.kind.verdict}` }, make("td", { colSpan: columns }, ...spans))] : [];
  }

  /** The titles of the benchmarks whose numbers stand beside ROWS. */
  function legendOf(report, rows) {
    const used = new Set(rows.flatMap(({ parameter }) => [...parameter.numbersOf.keys()]));
    const told = [...used].map((benchmark) => report.benchmarks[benchmark]).map(({ key, title }) => `${key}: ${title}`);
    return told.length ? make("p", { className: "ids legend" }, `Numbers are those of ${told.sort().join("; ")}`) : null;
  }

  const HOST_HEADS = ["State", "Parameter", "Live", "Wanted", "At boot", "What it means"];

  function hostRow({ parameter, has }) {
    return make("tr", { className: has.kind.verdict },
      make("td", { className: "state" }, letter(has.kind), make("span", { className: "word" }, ` ${has.kind.word}`)),
      make("th", { scope: "row" }, code(parameter.name)),
      make("td", { "data-label": "Live", className: "live" }, ...live(has)),
      make("td", { "data-label": "Wanted" }, has.wanted === null ? "" : value(has.wanted)),
      make("td", { "data-label": "At boot" }, ...boot(has)),
      make("td", {}, has.sentence));
  }

  function hostHead(report, asked, host) {
    const said = about(report, host);
    const { kernel, provenance } = said;
    const toHost = (to) => address({ ...asked, host: report.names[to] });
    const other = (to, text) => (report.names[to] === undefined ? null : make("a", { href: toHost(to) }, text));
    const facts = [
      ["System", kernel.system], ["Kernel", kernel.release && `${kernel.release} ${kernel.machine || ""}`], ["Time", said.time],
      ["Run", `${said.mode}${said.check_mode ? ", check mode" : ""}; ${said.outcome}`], ["Profile", provenance.profile],
      ["Collection", provenance.collection && `${provenance.collection}; ansible-core ${provenance.ansible_core || "unknown"}`],
    ].filter(([, text]) => text);
    const until = (waiver) => (waiver.expires ? `; until ${waiver.expires}` : "");
    return make("div", { className: "about" },
      make("nav", { "aria-label": "Other hosts" }, other(host - 1, "← before"), other(host + 1, "next →")),
      make("h2", {}, said.name), make("p", {}, said.msg),
      make("dl", {}, ...facts.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text)))),
      ...said.notes.map((note) => make("p", { className: "note" }, note)),
      ...said.waivers.map((waiver) => make("p", {}, "Waiver of ", code(waiver.name), `: ${waiver.reason || ""}${until(waiver)}`)),
      said.omitted ? make("p", {}, `${plural(said.omitted, "parameter")} are left out of this host's result.`) : null);
  }

  function guestRow(report, number) {
    const [name, found, state, reason, source] = report.guest[number].map((place) => (place === null ? "" : report.strings[place]));
    const [sign, word, verdict] = report.guest_states[state];
    return make("tr", { className: verdict },
      make("td", { className: "state" }, make("b", { className: "letter" }, sign), ` ${word}`), make("th", { scope: "row" }, name),
      make("td", { "data-label": "Value" }, make("span", { className: "value" }, found)), make("td", {}, reason),
      make("td", { className: "quiet value" }, source));
  }

  /** What a host of several is as a guest of VMware. Of a single one the page says it below the lists. */
  function guestOf(report, host) {
    const rows = report.hosts.guest[host];
    if (!rows.length || report.names.length === 1) return [];
    const body = make("tbody", {}, ...rows.slice(0, PAGE * 2).map((number) => guestRow(report, number)));
    const more = rows.length - PAGE * 2;
    return [make("h2", {}, "The guest side of VMware"),
      tableOf("stacked", ["State", "What", "Value", "What it means", "Where it comes from"], body),
      more > 0 ? make("p", {}, `and ${plural(more, "row")} more, which stand in the report in JSON.`) : null];
  }

  function hostView(report, asked, scanned) {
    const host = asked.host ? report.names.indexOf(asked.host) : 0;
    if (host < 0) {
      const sentence = `There is no result of a host with the name ${asked.host}.`;
      return { host, element: make("p", { className: "note" }, sentence), said: "no such host", table: () => ({ head: [], rows: [] }) };
    }
    const rows = rowsOf(report, host, scanned);
    const listed = rows.slice(0, PAGE * 2);
    const body = make("tbody", {}, ...listed.flatMap((row) => [hostRow(row), ...moreOf(row, HOST_HEADS.length)]));
    const more = rows.length - listed.length;
    return {
      host,
      element: make("div", {}, hostHead(report, asked, host),
        tableOf("stacked of-host", HOST_HEADS, body), legendOf(report, listed),
        more > 0 ? make("p", {}, `and ${plural(more, "parameter")} more: search, or copy them all.`) : null, ...guestOf(report, host)),
      said: `${plural(rows.length, "parameter")} of ${report.names[host]}`,
      table: () => ({
        head: ["state", "parameter", "before", "after", "wanted", "boot_before", "boot", "boot_source", "sentence", "why", "controls"],
        rows: rows.map(({ parameter, has }) => [has.kind.key, parameter.name, has.before, has.after, has.wanted, has.bootBefore, has.boot,
          has.source, has.sentence, parameter.why, parameter.ids.join("; ")].map((text) => text ?? "")),
      }),
    };
  }

  function finds(words, texts) {
    const { terms, has } = searched(words);
    return terms.every((term) => has(texts.join("\n").toLowerCase(), term));
  }

  function waiverRow(waiver) {
    return make("tr", { className: waiver.over ? "error" : "waived" },
      make("td", { className: "state" }, make("b", {}, waiver.left)),
      make("th", { scope: "row" }, code(waiver.name), waiver.control ? ` (${waiver.control})` : ""),
      make("td", {}, waiver.reason), make("td", {}, [waiver.owner, waiver.ticket].filter(Boolean).join("; ")),
      make("td", { className: "number", "data-label": "Hosts" }, thousands(waiver.hosts)));
  }

  function waiversView(report, asked) {
    const head = ["name", "expires", "left", "reason", "owner", "ticket", "control", "hosts"];
    const listed = report.waivers.filter((waiver) => finds(asked.q, head.map((key) => waiver[key])));
    const body = make("tbody", {}, ...listed.slice(0, PAGE * 2).map(waiverRow));
    const table = tableOf("stacked", ["Ends", "Parameter", "Reason", "Owner, ticket", "Hosts"], body);
    return {
      element: listed.length ? table : make("p", {}, "There are none."), said: plural(listed.length, "waiver"),
      table: () => ({ head, rows: listed.map((waiver) => head.map((key) => waiver[key])) }),
    };
  }

  function missingView(report, asked) {
    const listed = report.problems.filter((problem) => finds(asked.q, problem));
    const fill = (row, place) => {
      row.classList.add("columns", "problems");
      row.append(...listed[place].map((text) => cell(text)));
    };
    const head = heads(["What", "Host or file", "Why"], "columns problems");
    const list = new List({ label: "Missing", count: listed.length, head, fill });
    return {
      element: listed.length ? list.element : make("p", {}, "Nothing is missing."),
      said: `${plural(listed.length, "problem")} of hosts and files`,
      table: () => ({ head: ["what", "source", "message"], rows: listed }),
    };
  }

  const VIEW = { findings: findingsView, matrix: matrixView, hosts: hostsView, host: hostView, waivers: waiversView, missing: missingView };

  // --- the page around the views ---

  class Page {
    constructor(report) {
      this.report = report;
      this.area = document.getElementById("views");
      this.shown = make("div");
      this.status = make("span", { role: "status" });
      this.copied = make("span", { role: "status", className: "quiet" });
      this.clear = make("a", { href: "#" }, "show everything");
      this.bar();
      this.chips();
      const onPaper = "On paper there are the rows that the screen shows, of findings the first 60. The rest is in the file.";
      this.area.append(make("p", { className: "on-paper" }, onPaper),
        make("div", { className: "status" }, this.status, this.clear, this.copied), this.shown);
      window.addEventListener("hashchange", () => {
        const { view, host } = this.asked;
        this.draw();
        if (view !== this.asked.view || host !== this.asked.host) this.arrived();
      });
      document.addEventListener("keydown", (event) => this.key(event));
      document.getElementById("keys-close").addEventListener("click", () => document.getElementById("keys").close());
      document.getElementById("plain").remove();
      this.draw();
      // A link to a view shows it at once; without one the first screen comes first.
      if (location.hash) this.area.scrollIntoView();
    }

    bar() {
      this.tabs = make("nav", { className: "tabs", "aria-label": "Lists" });
      this.search = make("input", {
        type: "search", id: "search", placeholder: "Host, parameter or control number", "aria-keyshortcuts": "/",
        "aria-label": "Search hosts, parameters and control numbers",
      });
      this.search.addEventListener("input", () => this.go({ q: this.search.value, page: "", open: "" }));
      this.group = make("select", { "aria-label": "Group by the numbers of a benchmark" }, make("option", { value: "" }, "No groups"),
        ...this.report.benchmarks.map(({ title }) => title).sort().map((title) => make("option", { value: title }, title)));
      this.group.addEventListener("change", () => this.go({ group: this.group.value, page: "" }));
      const help = make("button", { type: "button", "aria-label": "Keys", "aria-keyshortcuts": "?" }, "?");
      help.addEventListener("click", () => document.getElementById("keys").showModal());
      const copiers = Object.keys(FORMATS).map((format) => this.copier(format));
      this.area.append(make("div", { className: "bar" }, this.tabs, this.search, this.report.benchmarks.length ? this.group : null,
        make("span", { className: "copy", role: "group", "aria-label": "Copy what is listed" }, "Copy", ...copiers), help));
    }

    copier(format) {
      const button = make("button", { type: "button", "aria-label": `Copy as ${format}` }, format);
      button.addEventListener("click", async () => {
        const table = this.view.table();
        await copy(FORMATS[format](table));
        this.copied.textContent = `Copied ${plural(table.rows.length, "row")} as ${format}.`;
      });
      return button;
    }

    /** The counts become switches: which states are listed. */
    chips() {
      this.states = new Map();
      for (const item of document.querySelectorAll("#counts li")) {
        const button = make("button", { type: "button", "aria-pressed": "false" }, ...item.childNodes);
        item.append(button);
        this.states.set(item.dataset.kind, button);
        button.addEventListener("click", () => this.toggle(item.dataset.kind));
      }
    }

    toggle(state) {
      const on = new Set(this.asked.state.split(",").filter(Boolean));
      if (!on.delete(state)) on.add(state);
      this.go({ state: [...on].sort().join(","), page: "", open: "" });
    }

    /** Shows something else. Views are places to come back to; a filter only changes the address. focus: a selector. */
    go(changes, focus = "") {
      const to = address({ ...this.asked, ...changes });
      if (changes.view) history.pushState(null, "", to);
      else history.replaceState(null, "", to);
      this.draw();
      if (focus) this.shown.querySelector(focus)?.focus();
      if (changes.view) this.arrived();
    }

    /** The keyboard goes on where the new view begins. */
    arrived() {
      if (this.view.list) this.view.list.element.focus({ preventScroll: true });
      else this.area.focus({ preventScroll: true });
      this.area.scrollIntoView();
    }

    draw() {
      const { report } = this;
      this.asked = fromAddress();
      if (!VIEW[this.asked.view]) this.asked.view = report.names.length === 1 ? "host" : "findings";
      const view = VIEW[this.asked.view](report, this.asked, scan(report, this.asked), (...given) => this.go(...given));
      this.view = view;
      this.shown.replaceChildren(view.element);
      this.status.textContent = view.said;
      this.copied.textContent = "";
      this.marks();
    }

    /** The bar says what is asked for. */
    marks() {
      const { asked } = this;
      if (this.search.value !== asked.q) this.search.value = asked.q;
      this.group.value = asked.group;
      this.group.hidden = asked.view !== "findings";
      const on = asked.state.split(",");
      for (const [state, button] of this.states) button.setAttribute("aria-pressed", String(on.includes(state)));
      this.clear.hidden = !(asked.state || asked.q || asked.group);
      this.clear.href = address({ ...NOTHING, view: asked.view, host: asked.host });
      const views = this.report.names.length === 1 || asked.view === "host" ? [["host", "Host"], ...VIEWS] : VIEWS;
      const to = (name) => address({ ...asked, view: name, page: "", open: "", host: name === "host" ? asked.host : "" });
      const tab = ([name, title]) => make("a", { href: to(name), "aria-current": name === asked.view ? "page" : null }, title);
      this.tabs.replaceChildren(...views.map(tab));
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("keys").open) return;
      if (event.target.matches("input, select, textarea") && event.key !== "Escape") return;
      if (this.pressed(event.key)) event.preventDefault();
    }

    /** Whether the key means something here. */
    pressed(key) {
      const view = VIEWS[Number(key) - 1];
      if (key === "Escape") this.back();
      else if (key === "/") this.search.focus();
      else if (key === "?") document.getElementById("keys").showModal();
      else if (view) this.go({ view: view[0], host: "", page: "", open: "" });
      else return this.asked.view === "host" && this.beside(key);
      return true;
    }

    back() {
      if (this.asked.q) this.go({ q: "", page: "" });
      else if (this.asked.open) this.go({ open: "" }, `[data-id="${CSS.escape(this.asked.open)}"]`);
      else if (this.asked.view === "host" && this.report.names.length > 1) this.go({ ...NOTHING, view: "hosts" });
    }

    /** The host before or after the one that is shown. */
    beside(key) {
      const name = this.report.names[this.view.host + { ArrowLeft: -1, ArrowRight: 1 }[key]];
      if (name !== undefined) this.go({ view: "host", host: name });
      return name !== undefined;
    }
  }

  async function start() {
    const data = document.getElementById("data");
    const report = read(await unpacked(data.textContent));
    data.remove();
    new Page(report);
    document.documentElement.dataset.ready = "yes";
  }

  start();
})();
