//! Row by row: whose is it, is it new, where does it go? What cannot be said yet waits; `finish` says it.

use super::{
    bits::Bits,
    customers::{Roster, Rules},
    equal::Equals,
    lane::{Fact, Outcome, Stamp},
    lanes::{Lanes, Way},
    late::{WINDOW, load, reject},
    order_index::{OrderIndex, Place},
    people::{People, Print, twin},
    quality::Watch,
    rejected::Layout,
    rejects::Rejects,
    report::{Customers, Records, Report},
    rows::order_key,
    seen::Mixed,
    spool::{PARTITIONS, Spool, partition},
    stage::{Request, Source, Span, Staged},
    wire::{Put, Take, Wire},
};
use crate::{Result, app::App};
use domain::{
    CustomerKey, Day, Zone,
    clock::Instant,
    identity::Identifier,
    record::{AnswerRecord, CostRecord, CustomerRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, Record, RefundRecord},
    table::Snapshot,
};
use lake::{Lake, Writer};
use sources::{Batch, Code, Kind, OrderIdentity, Target};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::BuildHasherDefault,
    ops::ControlFlow,
    path::PathBuf,
};

/// Orders held for look-ups at a time: about 60 MB.
const INDEX: usize = 3_000_000;

/// Rows, and what is known of them.
pub(super) struct Gather<'a> {
    app: &'a App,
    request: &'a Request,
    lake: Lake,
    root: PathBuf,
    folder: PathBuf,
    stem: String,
    zone: Zone,
    today: Day,
    stamp: Stamp,
    rules: Vec<Rules>,
    people: People,
    roster: Roster,
    lanes: Lanes,
    index: Option<OrderIndex>,
    equals: Equals,
    overflow: Spool,
    waiting: Spool,
    late: BTreeMap<u32, Spool>,
    comments: Spool,
    put: Put,
    rejects: Rejects,
    watch: Watch,
    span: Span,
    rows: u64,
    accepted: Bits,
    quarantined: Bits,
    mentioned: Bits,
    snapshot: i64,
}

const LINE: u8 = 0;
const REFUND: u8 = 1;

/// Do some rows name only their order?
fn needs_orders(source: &Source) -> bool {
    let m = &source.mapping;
    let has = |k: Kind| m.kinds.contains(&k);
    let customer = m.customer_by_row || m.columns.iter().any(|c| c.target.is_identifier() && c.identifier);
    let dated = m.has(&Target::OrderAt);
    (has(Kind::Line) && (m.continued || !(customer && dated))) || (has(Kind::Refund) && !customer)
}

impl<'a> Gather<'a> {
    pub(super) fn new(app: &'a App, request: &'a Request, snapshot: &Snapshot, customers: u32) -> Result<Gather<'a>> {
        let lake = Lake::open(&app.lake, snapshot)?;
        let (settings, now) = (app.settings(), app.clock.now());
        let stamp = Stamp { now, history: request.history, batch: request.batch };
        let stem = format!("{}-{:x}", request.id, now.0);
        let (root, folder) = (app.lake.clone(), app.temporary());
        let today = settings.zone.day(now);
        let lanes = Lanes::new(&root, &folder, &stem, stamp, &lake);
        Ok(Gather {
            app,
            request,
            rules: request.sources.iter().map(|s| Rules::of(&s.mapping)).collect(),
            people: People::new(customers, &folder),
            roster: Roster::new(&folder),
            lanes,
            index: request.sources.iter().any(needs_orders).then(OrderIndex::default),
            equals: Equals::default(),
            overflow: Spool::new(&folder, PARTITIONS, 8 << 20),
            waiting: Spool::new(&folder, PARTITIONS, 24 << 20),
            late: BTreeMap::new(),
            comments: Spool::new(&folder, 1, 8 << 20),
            put: Put::default(),
            rejects: Rejects::new(&folder, layout(request)),
            watch: Watch::new(today),
            span: Span::default(),
            rows: 0,
            accepted: Bits::default(),
            quarantined: Bits::default(),
            mentioned: Bits::default(),
            snapshot: snapshot.id,
            zone: settings.zone.clone(),
            lake,
            root,
            folder,
            stem,
            today,
            stamp,
        })
    }

    /// Takes a batch of one file.
    pub(super) fn batch(&mut self, file: u32, batch: Batch) -> Result<()> {
        self.introduce(&batch)?;
        let name = self.request.sources.get(file as usize).map_or("", |s| s.name.as_str());
        for reject in &batch.rejects {
            self.rejects.add(file, name, reject)?;
            self.quarantined.set(self.rows);
            self.rows += 1;
        }
        let identity = self.request.sources.get(file as usize).map_or(OrderIdentity::Column, |s| s.mapping.order_identity);
        for (line, mut records) in batch.rows {
            self.equals.number(file, identity, &mut records);
            let row = self.rows;
            self.rows += 1;
            for record in records {
                self.record(file, line, row, record)?;
            }
        }
        Ok(())
    }

    /// Another file begins, perhaps of another kind: nothing that could be on disk stays in memory.
    pub(super) fn next_file(&mut self) -> Result<()> {
        self.lanes.rest()
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

    /// The customer of a record; whoever is new makes the row count.
    fn who(&mut self, row: u64, ids: &[Identifier]) -> Result<Option<CustomerKey>> {
        let Some(who) = self.people.resolve(ids)? else { return Ok(None) };
        if who.created || who.learnt {
            self.accepted.set(row);
        }
        if who.learnt {
            self.roster.learnt(who.key);
        }
        if who.conflict {
            self.watch.conflict();
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
                self.watch.customer(&c);
                if c.organisation {
                    say_organisation(&mut c);
                }
                let Some(key) = self.who(row, &c.identifiers)? else { return self.nobody(file, line, row) };
                if c.organisation || c.name.is_some() || !c.attributes.is_empty() || !self.people.is_new(key) {
                    self.roster.customer(key, row, file, &c)?;
                }
            }
            Record::Contact(c) => {
                let Some(key) = self.refers(row, &c.organisation)? else { return self.nobody(file, line, row) };
                let mut kind = CustomerRecord { organisation: true, ..CustomerRecord::default() };
                say_organisation(&mut kind);
                if self.people.is_new(key) {
                    self.roster.customer(key, row, file, &kind)?;
                }
                self.roster.contact(key, row, file, &c)?;
            }
            Record::Order(o) => {
                let Some(key) = self.refers(row, &o.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(o.day);
                self.watch.amount(o.paid);
                self.place(order_key(&o.order_id), Place { customer: key, at: o.at })?;
                self.fact(row, key, &o)?;
            }
            Record::Line(l) => self.line(file, line, row, l)?,
            Record::Refund(r) => self.refund(file, line, row, r)?,
            Record::Interaction(i) => {
                let Some(key) = self.refers(row, &i.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(i.day);
                self.fact(row, key, &i)?;
            }
            Record::Answer(a) => {
                let Some(key) = self.refers(row, &a.customer)? else { return self.nobody(file, line, row) };
                self.watch.day(a.day);
                self.watch.answer(&a);
                if let Some(row_key) = self.fact(row, key, &a)? {
                    self.comment(key, row_key, &a)?;
                }
            }
            Record::Product(p) => {
                self.fact(row, CustomerKey(0), &p)?;
            }
            Record::Cost(c) => {
                self.fact(row, CustomerKey(0), &c)?;
            }
        }
        Ok(())
    }

    /// Puts a fact on its lane; the key of its row if it is new.
    fn fact<F: Way>(&mut self, row: u64, customer: CustomerKey, fact: &F) -> Result<Option<u64>> {
        match F::lane(&mut self.lanes).take(&self.lake, row, customer, fact)? {
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
        if index.len() < INDEX {
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
                None => return self.wait(LINE, key, file, line, row, own, &l),
            },
        };
        self.line_placed(row, own, place, &mut l)
    }

    fn line_placed(&mut self, row: u64, own: Option<CustomerKey>, place: Option<Place>, l: &mut LineRecord) -> Result<()> {
        let customer = own.or(place.map(|p| p.customer));
        let (Some(customer), Some(at)) = (customer, l.at.or(place.map(|p| p.at))) else { return Ok(()) };
        self.mentioned.set(u64::from(customer.0));
        let day = l.day.unwrap_or_else(|| self.zone.day(at));
        (l.at, l.day) = (Some(at), Some(day));
        self.watch.day(day);
        self.watch.amount(l.paid);
        self.fact(row, customer, &*l).map(|_| ())
    }

    fn refund(&mut self, file: u32, line: u64, row: u64, r: RefundRecord) -> Result<()> {
        self.watch.day(r.day);
        self.watch.refund(r.order_id.is_some());
        if let Some(customer) = self.refers(row, &r.customer)? {
            return self.fact(row, customer, &r).map(|_| ());
        }
        let Some(key) = r.order_id.as_deref().map(order_key) else { return self.nobody(file, line, row) };
        match self.index.as_ref().and_then(|i| i.get(key)) {
            Some(place) => {
                self.mentioned.set(u64::from(place.customer.0));
                self.fact(row, place.customer, &r).map(|_| ())
            }
            None => self.wait(REFUND, key, file, line, row, None, &r),
        }
    }

    /// Its order is not known yet: ask again at the end.
    #[expect(clippy::too_many_arguments, reason = "the place of a row, written down field by field")]
    fn wait(&mut self, kind: u8, key: u64, file: u32, line: u64, row: u64, own: Option<CustomerKey>, record: &impl Wire) -> Result<()> {
        self.put.start().u8(kind).u64(key).u32(file).u64(line).u64(row).maybe_i64(own.map(|k| i64::from(k.0)));
        record.put(&mut self.put);
        Ok(self.waiting.push(partition(key), &self.put.0)?)
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

    /// Rows that named only their order: the batch's later orders, then the lake's, a share of the keys at a time.
    fn settle_waiting(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let known = self.lake.rows(domain::table::Table::Orders) + self.overflow.len();
        let passes = (known as usize / INDEX + 1).min(PARTITIONS);
        let first = self.index.take().unwrap_or_default();
        for pass in 0..passes {
            let mut index = OrderIndex::default();
            self.lake.each_order(|key, customer, at| {
                if partition(key) % passes == pass {
                    index.add(key, Place { customer, at });
                }
            })?;
            for part in (pass..PARTITIONS).step_by(passes) {
                self.overflow.read(part, |r| -> std::io::Result<()> {
                    let mut take = Take(r);
                    let (key, customer) = (take.u64()?, CustomerKey(take.u32()?));
                    index.add(key, Place { customer, at: take.instant()? });
                    Ok(())
                })?;
            }
            for part in (pass..PARTITIONS).step_by(passes) {
                let mut waiting = std::mem::replace(&mut self.waiting, Spool::new(&self.folder, 1, 0));
                let done = waiting.read(part, |record| self.waited(record, &first, &index));
                self.waiting = waiting;
                done?;
            }
        }
        self.waiting.clear();
        Ok(())
    }

    fn waited(&mut self, record: &[u8], first: &OrderIndex, index: &OrderIndex) -> Result<()> {
        let mut take = Take(record);
        let (kind, key, file, line, row) = (take.u8()?, take.u64()?, take.u32()?, take.u64()?, take.u64()?);
        let own = take.maybe_i64()?.map(|k| CustomerKey(k as u32));
        // an order of the batch that came after the first three million is the later word
        let place = index.get(key).filter(|_| first.get(key).is_none()).or_else(|| first.get(key));
        if kind == LINE {
            let mut l = LineRecord::take(&mut take)?;
            let complete = place.is_some() || (own.is_some() && l.at.is_some());
            if complete {
                return self.line_placed(row, own, place, &mut l);
            }
            return self.set_aside(file, line, row, Code::OrderUnknown, &l.order_id);
        }
        let r = RefundRecord::take(&mut take)?;
        match own.or(place.map(|p| p.customer)) {
            Some(customer) => {
                self.mentioned.set(u64::from(customer.0));
                self.fact(row, customer, &r).map(|_| ())
            }
            None => self.set_aside(file, line, row, Code::OrderUnknown, r.order_id.as_deref().unwrap_or_default()),
        }
    }

    fn settle_suspects(&mut self) -> Result<()> {
        let (accepted, span) = (&mut self.accepted, &mut self.span);
        macro_rules! settle {
            ($($lane:ident),*) => {
                $(self.lanes.$lane.settle(|row, _, fact, _| {
                    accepted.set(row);
                    fact.day().into_iter().for_each(|d| span.add(d));
                    Ok(())
                })?;)*
            };
        }
        settle!(orders, lines, refunds, interactions, products, costs);
        let mut comments = Vec::new();
        self.lanes.answers.settle(|row, customer, answer, key| {
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

    /// Says what could not be said row by row, closes the files, balances the rows.
    pub(super) fn finish(mut self, begun: Instant) -> Result<Staged> {
        self.settle_waiting()?;
        self.settle_suspects()?;
        self.settle_late()?;
        self.people.close();
        let moved = self.lanes.orders.moved(&self.lake)?.len();
        self.watch.moved(moved as u64);
        let mut attributes = Writer::new(&self.root, &self.stem, lake::Limits::default());
        let settled = self.roster.settle(
            &self.lake, &self.app.store, &self.people, &self.rules, &mut self.accepted, &mut attributes, &self.stamp, self.today,
        )?;
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
        report.accepted = self.accepted.count_without(&self.quarantined);
        report.quarantined = self.quarantined.count();
        report.duplicates = report.rows_in.saturating_sub(report.accepted + report.quarantined);
        report.customers = Customers { created: u64::from(self.people.created()), updated: settled.updated, unchanged: settled.unchanged };
        report.rejects_by_reason = self.rejects.reasons();
        report.quality = self.watch.finish(report.rows_in, report.duplicates, &report.rejects_by_reason);
        (report.first_day, report.last_day) = (self.span.first(), self.span.last());
        report.seconds = (self.app.clock.now().0 - begun.0) as f64 / 1e6;
        debug_assert!(report.balanced() && report.quarantined == self.rejects.len(), "{report:?}");
        Ok(Staged {
            id: self.request.id.clone(),
            batch: self.request.batch,
            history: self.request.history,
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
        })
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
