//! Row by row: whose is it, is it new, where does it go? What cannot be said yet waits; `finish` says it.

mod waiting;

use super::{
    bits::Bits,
    customers::{Roster, Rules, Settled},
    equal::Equals,
    fact::{Fact, Of, Stamp},
    lane::Outcome,
    lanes::{Lanes, Way},
    late::{self, WINDOW, load, reject},
    order_index::{OrderIndex, Place},
    owners::Owners,
    people::{People, Print, twin},
    quality::Watch,
    rejected::Layout,
    rejects::Rejects,
    report::{Customers, Records, Report},
    rows::order_key,
    seen::Mixed,
    spool::{PARTITIONS, Spool, partition},
    stage::{Known, Request, Span, Staged},
    wire::Put,
};
use crate::{Result, app::App, erasure::known::Suppressed};
use domain::{
    CustomerKey, Day, Zone,
    clock::Instant,
    identity::{Identifier, IdentifierKind::{Email, Phone, Unionid}},
    record::{AnswerRecord, CostRecord, CustomerRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, Record, RefundRecord},
};
use lake::{Lake, Writer};
use sources::{Batch, Code, Kind, Mapping, OrderIdentity, Target};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::BuildHasherDefault,
    ops::ControlFlow,
    path::PathBuf,
    sync::Arc,
};

/// Rows, and what is known of them.
pub(super) struct Gather<'a> {
    app: &'a App,
    request: &'a Request,
    lake: Lake,
    suppressed: Option<&'a Suppressed>,
    root: PathBuf,
    folder: PathBuf,
    stem: String,
    zone: Zone,
    today: Day,
    stamp: Stamp,
    rules: Vec<Rules>,
    /// what the rows of each file may correct
    of: Vec<Of>,
    people: People,
    roster: Roster,
    lanes: Lanes,
    index: Option<OrderIndex>,
    owners: Owners,
    equals: Equals,
    overflow: Spool,
    waiting: Spool,
    late: BTreeMap<u32, Spool>,
    comments: Spool,
    put: Put,
    rejects: Rejects,
    /// by file
    left_blank: BTreeMap<u32, Vec<sources::LeftBlank>>,
    watch: Watch,
    span: Span,
    rows: u64,
    accepted: Bits,
    quarantined: Bits,
    mentioned: Bits,
    /// customers with a phone, an address or a contact who has one
    reachable: Bits,
    /// does any row tell of customers themselves?
    speaks_of_people: bool,
    /// no file tells of orders but by their lines
    only_lines: bool,
    snapshot: i64,
}

impl<'a> Gather<'a> {
    pub(super) fn new(app: &'a App, request: &'a Request, known: &'a Known, stem: &str) -> Result<Gather<'a>> {
        let lake = Lake::open(&app.lake, &known.snapshot)?.merged(Arc::clone(&known.aliases));
        let (settings, now) = (app.settings(), app.clock.now());
        let stamp = Stamp { now, history: request.history, batch: request.batch };
        let (root, folder, today) = (app.lake.clone(), app.temporary(), settings.zone.day(now));
        let bytes = request.sources.iter().filter_map(|s| std::fs::metadata(&s.path).ok()).map(|m| m.len()).sum();
        let lanes = Lanes::new(&root, &folder, stem, stamp, &lake, &known.corrected, bytes);
        Ok(Gather {
            app,
            request,
            suppressed: known.suppressed.as_ref(),
            rules: request.sources.iter().map(|s| Rules::of(&s.mapping)).collect(),
            of: request.sources.iter().map(|s| of(&s.mapping)).collect(),
            people: People::new(known.customers, &folder).merged(Arc::clone(&known.aliases)).without(&known.removed),
            roster: Roster::new(&folder),
            lanes,
            index: request.sources.iter().any(waiting::needs_orders).then(OrderIndex::default),
            owners: Owners::new(&folder),
            equals: Equals::default(),
            overflow: Spool::new(&folder, PARTITIONS, 8 << 20),
            waiting: Spool::new(&folder, PARTITIONS, 24 << 20),
            late: BTreeMap::new(),
            comments: Spool::new(&folder, 1, 8 << 20),
            put: Put::default(),
            rejects: Rejects::new(&folder, layout(request)),
            left_blank: BTreeMap::new(),
            watch: Watch::new(today),
            span: Span::default(),
            rows: 0,
            accepted: Bits::default(),
            quarantined: Bits::default(),
            mentioned: Bits::default(),
            reachable: Bits::default(),
            speaks_of_people: false,
            only_lines: request.sources.iter().all(|s| !s.mapping.kinds.contains(&Kind::Order)),
            snapshot: known.snapshot.id,
            zone: settings.zone.clone(),
            lake,
            root,
            folder,
            stem: stem.to_owned(),
            today,
            stamp,
        })
    }

    /// Takes a batch of one file.
    pub(super) fn batch(&mut self, file: u32, batch: Batch) -> Result<()> {
        self.introduce(&batch)?;
        let name = self.request.sources.get(file as usize).map_or("", |s| s.name.as_str());
        for reject in &batch.rejects {
            match self.suppressed.filter(|s| s.in_text(&reject.raw, self.app.settings().currency, self.zone.name())) {
                Some(_) => self.rejects.add(file, name, &late::nameless(reject.line))?,
                None => self.rejects.add(file, name, reject)?,
            }
            self.quarantined.set(self.rows);
            self.rows += 1;
        }
        let identity = self.request.sources.get(file as usize).map_or(OrderIdentity::Column, |s| s.mapping.order_identity);
        if !batch.left_blank.is_empty() {
            sources::LeftBlank::gather(self.left_blank.entry(file).or_default(), batch.left_blank);
        }
        for (line, mut records) in batch.rows {
            self.equals.number(file, identity, &mut records);
            let row = self.rows;
            self.rows += 1;
            if records.iter().any(|r| self.of_erased(r)) {
                self.set_aside(file, line, row, Code::ErasedPerson, "")?;
                continue;
            }
            for record in records {
                self.record(file, line, row, record)?;
            }
        }
        Ok(())
    }

    /// Another file begins, perhaps of another kind: nothing that could be on disk stays in memory. `more_orders`: may it, or one
    /// after it, bring orders?
    pub(super) fn next_file(&mut self, more_orders: bool) -> Result<()> {
        self.lanes.rest()?;
        if more_orders { Ok(()) } else { self.lanes.orders.close() }
    }

    /// Asks the store for identifiers not met before, all of a batch at once.
    fn introduce(&mut self, batch: &Batch) -> Result<()> {
        if self.people.base() == 0 {
            return Ok(());
        }
        let mut asked: HashSet<Print, BuildHasherDefault<Mixed>> = HashSet::default();
        let mut unknown: Vec<Identifier> = Vec::new();
        for id in batch.records().flat_map(identifiers) {
            let print = Print::of(id);
            // the twin is asked for only where the identifier itself may be unknown
            if self.people.knows(print) || !asked.insert(print) {
                continue;
            }
            unknown.push(id.clone());
            unknown.extend(twin(id).filter(|t| !self.people.knows(Print::of(t))));
        }
        if unknown.is_empty() {
            return Ok(());
        }
        // a number nobody has is unknown; only rows that bring one can be in doubt
        let found = tokio::runtime::Handle::current().block_on(store::customer::resolve(&self.app.store, &unknown))?;
        for (id, key) in unknown.iter().zip(found) {
            if let Some(key) = key {
                self.people.remember(id, key);
            }
        }
        let doubtful: BTreeSet<CustomerKey> = batch.records().filter_map(|r| self.people.doubtful(identifiers(r))).collect();
        if !doubtful.is_empty() {
            let doubtful: Vec<CustomerKey> = doubtful.into_iter().collect();
            let kinds = tokio::runtime::Handle::current().block_on(store::customer::identifiers_by_keys(&self.app.store, &doubtful))?;
            for key in doubtful {
                self.people.learn_numbers(key, kinds.get(&key).into_iter().flatten().map(|id| id.kind));
            }
        }
        Ok(())
    }

    /// Is a record about somebody who was erased? Somebody who is there and has one of its identifiers is meant before them.
    fn of_erased(&self, record: &Record) -> bool {
        let known = |id: &Identifier| self.people.knows(Print::of(id)) || twin(id).is_some_and(|t| self.people.knows(Print::of(&t)));
        self.suppressed.is_some_and(|s| !identifiers(record).iter().any(known) && identifiers(record).iter().any(|id| s.has(id)))
    }

    /// The customer of a record; whoever is new makes the row count.
    fn who(&mut self, row: u64, ids: &[Identifier]) -> Result<Option<CustomerKey>> {
        let Some(who) = self.people.resolve(ids)? else { return Ok(None) };
        if who.created || who.learnt {
            self.accepted.set(row);
        }
        if who.learnt {
            self.roster.learnt(self.people.root(who.key));
        }
        self.watch.identified(who.conflict, who.kept_off);
        if ids.iter().any(|id| matches!(id.kind, Phone | Email | Unionid)) {
            self.reachable.set(u64::from(who.key.0));
        }
        self.mentioned.set(u64::from(who.key.0));
        Ok(Some(who.key))
    }

    /// The customer a fact refers to.
    fn refers(&mut self, row: u64, ids: &[Identifier]) -> Result<Option<CustomerKey>> {
        if let Some(key) = self.people.known(ids) {
            self.mentioned.set(u64::from(key.0));
            return Ok(Some(key));
        }
        match self.people.twin(ids) {
            Some(twin) => self.who(row, &[twin]),
            None => self.who(row, ids),
        }
    }

    fn record(&mut self, file: u32, line: u64, row: u64, record: Record) -> Result<()> {
        match record {
            Record::Customer(mut c) => {
                self.speaks_of_people = true;
                if c.organisation {
                    say_organisation(&mut c);
                }
                let Some(key) = self.who(row, &c.identifiers)? else { return self.nobody(file, line, row) };
                if c.organisation || c.name.is_some() || !c.attributes.is_empty() || !self.people.is_new(key) {
                    self.roster.customer((self.people.root(key), key), row, file, &c)?;
                }
            }
            Record::Contact(c) => {
                let Some(key) = self.refers(row, &c.organisation)? else { return self.nobody(file, line, row) };
                let mut kind = CustomerRecord { organisation: true, ..CustomerRecord::default() };
                say_organisation(&mut kind);
                if self.people.is_new(key) {
                    self.roster.customer((key, key), row, file, &kind)?;
                }
                if c.phone.is_some() || c.email.is_some() {
                    self.reachable.set(u64::from(key.0));
                }
                self.roster.contact((self.people.root(key), key), row, file, &c)?;
            }
            Record::Order(o) => {
                let Some(key) = self.refers(row, &o.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(o.day);
                self.watch.amount(o.paid);
                self.place(order_key(&o.order_id), Place { customer: key, at: o.at })?;
                self.fact(file, row, key, &o)?;
            }
            Record::Line(l) => self.line(file, line, row, l)?,
            Record::Refund(r) => self.refund(file, line, row, r)?,
            Record::Interaction(i) => {
                let Some(key) = self.refers(row, &i.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(i.day);
                self.fact(file, row, key, &i)?;
            }
            Record::Answer(a) => {
                let Some(key) = self.refers(row, &a.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(a.day);
                self.watch.answer(&a);
                if let Some(row_key) = self.fact(file, row, key, &a)? {
                    self.comment(key, row_key, &a)?;
                }
            }
            Record::Product(p) => {
                self.fact(file, row, CustomerKey(0), &p)?;
            }
            Record::Cost(c) => {
                self.fact(file, row, CustomerKey(0), &c)?;
            }
        }
        Ok(())
    }

    /// Puts a fact on its lane; the key of its row if it is new.
    fn fact<F: Way>(&mut self, file: u32, row: u64, customer: CustomerKey, fact: &F) -> Result<Option<u64>> {
        match F::lane(&mut self.lanes).take(&self.lake, (file, self.of.get(file as usize).copied().unwrap_or(Of::Purchases)), row, customer, fact)? {
            Outcome::New(key) => {
                self.accepted.set(row);
                if let Some(day) = fact.day() {
                    self.span.add(day);
                }
                Ok(Some(key))
            }
            Outcome::Known | Outcome::Later => Ok(None),
        }
    }

    fn comment(&mut self, customer: CustomerKey, row_key: u64, a: &AnswerRecord) -> Result<()> {
        if let Some(body) = a.comment.as_deref().filter(|b| !b.trim().is_empty()) {
            self.put.start().u64(row_key).u32(customer.0).i64(a.at.0).text(&a.question).maybe_text(a.channel.as_deref()).text(body);
            self.comments.push(0, &self.put.0)?;
        }
        Ok(())
    }

    /// Remembers whose order it is, if somebody may ask.
    fn place(&mut self, key: u64, place: Place) -> Result<()> {
        let Some(index) = &mut self.index else { return Ok(()) };
        if index.len() < waiting::INDEX {
            index.add(key, place);
        } else {
            self.put.start().u64(key).u32(place.customer.0).i64(place.at.0);
            self.overflow.push(partition(key), &self.put.0)?;
        }
        Ok(())
    }

    fn line(&mut self, file: u32, line: u64, row: u64, mut l: LineRecord) -> Result<()> {
        let own = self.refers(row, &l.customer)?;
        let key = order_key(&l.order_id);
        let place = match (own, l.at) {
            (Some(_), Some(_)) => None,
            _ => match self.index.as_ref().and_then(|i| i.get(key)) {
                Some(place) => Some(place),
                None => return self.wait(waiting::LINE, key, file, line, row, own, &l),
            },
        };
        self.line_placed(file, row, own, place, &mut l)?;
        let Some(customer) = own.filter(|_| !self.has_heads(file)) else { return Ok(()) };
        if let Some(at) = l.at.filter(|_| self.index.as_ref().is_some_and(|i| i.get(key).is_none())) {
            self.place(key, Place { customer, at })?;
        }
        Ok(())
    }

    fn has_heads(&self, file: u32) -> bool {
        self.request.sources.get(file as usize).is_some_and(|s| s.mapping.kinds.contains(&Kind::Order))
    }

    fn refund(&mut self, file: u32, line: u64, row: u64, r: RefundRecord) -> Result<()> {
        self.watch.day(r.day);
        self.watch.refund(r.order_id.is_some());
        if let Some(customer) = self.refers(row, &r.customer)? {
            return self.fact(file, row, customer, &r).map(|_| ());
        }
        let Some(key) = r.order_id.as_deref().map(order_key) else { return self.nobody(file, line, row) };
        match self.index.as_ref().and_then(|i| i.get(key)) {
            Some(place) => {
                self.mentioned.set(u64::from(place.customer.0));
                self.fact(file, row, place.customer, &r).map(|_| ())
            }
            None => self.wait(waiting::REFUND, key, file, line, row, None, &r),
        }
    }

    /// A row that names nobody.
    fn nobody(&mut self, file: u32, line: u64, row: u64) -> Result<()> {
        self.set_aside(file, line, row, Code::CustomerMissing, "")
    }

    /// A row of which a part cannot be taken in is set aside as a whole.
    fn set_aside(&mut self, file: u32, line: u64, row: u64, code: Code, order: &str) -> Result<()> {
        if self.quarantined.has(row) {
            return Ok(());
        }
        self.quarantined.set(row);
        let late = self.late.entry(file).or_insert_with(|| Spool::new(&self.folder, PARTITIONS, 4 << 20));
        self.put.start().u64(line).text(code.key()).text(order);
        Ok(late.push((line / WINDOW) as usize % PARTITIONS, &self.put.0)?)
    }

    fn settle_suspects(&mut self) -> Result<()> {
        let (accepted, span) = (&mut self.accepted, &mut self.span);
        macro_rules! settle {
            ($($lane:ident),*) => {
                $(self.lanes.$lane.settle(&self.lake, |row, _, fact, _| {
                    accepted.set(row);
                    fact.day().into_iter().for_each(|d| span.add(d));
                    Ok(())
                })?;)*
            };
        }
        settle!(orders, refunds, interactions, products, costs);
        let owners = &mut self.owners;
        self.lanes.lines.settle(&self.lake, |row, customer, line, _| {
            accepted.set(row);
            line.day.into_iter().for_each(|d| span.add(d));
            owners.say(order_key(&line.order_id), customer)
        })?;
        let mut comments = Vec::new();
        self.lanes.answers.settle(&self.lake, |row, customer, answer, key| {
            accepted.set(row);
            span.add(answer.day);
            if answer.comment.is_some() {
                comments.push((customer, key, answer.clone()));
            }
            Ok(())
        })?;
        comments.iter().try_for_each(|(customer, key, answer)| self.comment(*customer, *key, answer))
    }

    /// Rows set aside here get the text they stood in: the file is read once more, a window of lines in hand at a time.
    fn settle_late(&mut self) -> Result<()> {
        for (file, mut late) in std::mem::take(&mut self.late) {
            let Some(source) = self.request.sources.get(file as usize) else { continue };
            let order = source.mapping.columns.iter().find(|c| matches!(c.target, Target::OrderId | Target::RefundOrder));
            let order = order.map(|c| c.header.as_str());
            let (mut window, mut rows) = (None, HashMap::new());
            let mut failed = Ok(());
            let rejects = &mut self.rejects;
            let mut left = late.len();
            sources::raw_rows(&source.path, &source.mapping, &mut |line, raw| {
                if window.replace(line / WINDOW) != Some(line / WINDOW) {
                    failed = load(&mut late, line / WINDOW).map(|r| rows = r);
                }
                if let (Ok(()), Some((code, named))) = (&failed, rows.remove(&line)) {
                    failed = rejects.add(file, &source.name, &reject(line, code, named, raw, order));
                    left -= 1;
                }
                if failed.is_err() || left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .map_err(|e| super::stage::unreadable(&source.name, &e))?;
            failed?;
        }
        Ok(())
    }

    /// Which rows say again what earlier imports brought, by import: a file of the lake is called after its import.
    fn repeated(&mut self) -> Result<BTreeMap<String, Bits>> {
        let mut rows: BTreeMap<String, Bits> = BTreeMap::new();
        let mut last = (String::new(), String::new());
        macro_rules! ask {
            ($($lane:ident),*) => {
                $(self.lanes.$lane.repeated(&self.lake, |file, row| {
                    if last.0 != file.path {
                        last = (file.path.clone(), import_of(&file.path));
                    }
                    match rows.get_mut(&last.1) {
                        Some(bits) => bits.set(row),
                        None => rows.entry(last.1.clone()).or_default().set(row),
                    }
                })?;)*
            };
        }
        ask!(orders, lines, refunds, interactions, answers, products, costs);
        Ok(rows)
    }

    /// Says what could not be said row by row, closes the files, balances the rows.
    pub(super) fn finish(mut self, begun: Instant) -> Result<Staged> {
        self.settle_waiting()?;
        self.settle_suspects()?;
        self.settle_late()?;
        self.people.close();
        let moved: Vec<u64> = self.lanes.orders.moved(&self.lake)?.iter().map(|(key, _)| *key).collect();
        let (of_two, ordered) = self.owners.of_two(&self.lake, moved)?;
        self.watch.moved(of_two);
        let mut repeats = self.repeated()?;
        let mut attributes = Writer::new(&self.root, &self.stem, lake::Limits::default());
        let settled = self.roster.settle(
            &self.lake, &self.app.store, &self.people, &self.rules, &mut self.accepted, &mut attributes, &self.stamp, self.today,
        )?;
        if self.speaks_of_people {
            let fresh = (u64::from(self.people.base())..).zip(&settled.fresh);
            fresh.for_each(|(key, f)| self.watch.customer(f.name.is_some(), self.reachable.has(key)));
        }
        repeated_attributes(self.app, &settled, &mut repeats)?;
        store::failpoint("staged-written");
        let mut report = Report { rows_in: self.rows, ..Report::default() };
        let mut files = Vec::new();
        macro_rules! close {
            ($($lane:ident: $type:ty),*) => {
                $({
                    let (written, records) = self.lanes.$lane.finish(&self.lake)?;
                    files.extend(written);
                    if records != Records::default() {
                        report.records.insert(<$type as Fact>::NAME.to_owned(), records);
                    }
                })*
            };
        }
        close!(orders: OrderRecord, lines: LineRecord, refunds: RefundRecord, interactions: InteractionRecord,
            answers: AnswerRecord, products: ProductRecord, costs: CostRecord);
        files.extend(attributes.finish()?);
        if !settled.contacts.is_empty() || settled.known_contacts > 0 {
            let contacts = Records { created: settled.contacts.len() as u64, updated: 0, duplicate: settled.known_contacts };
            report.records.insert("contacts".to_owned(), contacts);
        }
        report.orders = Some(ordered).filter(|n| self.only_lines && *n > 0);
        report.accepted = self.accepted.count_without(&self.quarantined);
        report.quarantined = self.quarantined.count();
        report.duplicates = report.rows_in.saturating_sub(report.accepted + report.quarantined);
        report.customers = Customers { created: u64::from(self.people.created()), updated: settled.updated, unchanged: settled.unchanged };
        report.rejects_by_reason = self.rejects.reasons();
        report.left_blank = super::rejects::left_blank(&self.left_blank, &self.request.sources);
        report.quality = self.watch.finish(report.rows_in, report.duplicates, &report.rejects_by_reason, &report.left_blank);
        report.repeats = repeats.into_iter().map(|(import, rows)| (import, rows.count())).collect();
        (report.first_day, report.last_day) = (self.span.first(), self.span.last());
        report.seconds = (self.app.clock.now().0 - begun.0) as f64 / 1e6;
        debug_assert!(report.balanced() && report.quarantined == self.rejects.len(), "{report:?}");
        Ok(Staged {
            id: self.request.id.clone(),
            batch: self.request.batch,
            history: self.request.history,
            carried: self.request.carried.clone(),
            report,
            files,
            snapshot: self.snapshot,
            customers: self.people.base(),
            people: self.people,
            settled,
            definitions: super::own::definitions(&self.request.sources)?,
            comments: self.comments,
            mentioned: self.mentioned,
            rejects: self.rejects,
            fresh: None,
        })
    }
}

/// As [`Gather::repeated`], for what is known of customers, whose imports are known by their numbers.
fn repeated_attributes(app: &App, settled: &Settled, rows: &mut BTreeMap<String, Bits>) -> Result<()> {
    let handle = tokio::runtime::Handle::current();
    for (batch, more) in &settled.resting {
        let found = handle.block_on(store::import::list(&app.store, Some(batch + 1), 1))?;
        if let Some(import) = found.into_iter().find(|i| i.batch == *batch) {
            let bits = rows.entry(import.id).or_default();
            more.iter().for_each(|row| bits.set(row));
        }
    }
    Ok(())
}

/// The import a file of the lake is called after: `imp_01j…_….parquet` is `imp_01j…`'s.
fn import_of(path: &str) -> String {
    let mut parts = path.split(['_', '-']);
    format!("{}_{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// What the rows of a file may correct.
fn of(mapping: &Mapping) -> Of {
    match mapping.order_identity {
        _ if super::rejected::is_one(mapping) => Of::Rejected,
        OrderIdentity::Column => Of::Orders,
        _ => Of::Purchases,
    }
}

/// The files as a file of rejected rows shows them.
fn layout(request: &Request) -> Layout {
    let names = request.sources.iter().map(|s| s.name.clone()).collect();
    Layout::new(names, request.sources.iter().map(|s| s.mapping.clone()).collect())
}

/// The lake learns it too: features of organisations ask for the attribute `kind`.
fn say_organisation(c: &mut CustomerRecord) {
    if c.attributes.iter().all(|(key, _)| key != "kind") {
        c.attributes.push(("kind".to_owned(), domain::Value::Text("organisation".to_owned())));
    }
}

/// The identifiers a record carries.
fn identifiers(record: &Record) -> &[Identifier] {
    match record {
        Record::Customer(c) => &c.identifiers,
        Record::Contact(c) => &c.organisation,
        Record::Order(o) => &o.customer,
        Record::Line(l) => &l.customer,
        Record::Refund(r) => &r.customer,
        Record::Interaction(i) => &i.customer,
        Record::Answer(a) => &a.customer,
        Record::Product(_) | Record::Cost(_) => &[],
    }
}
