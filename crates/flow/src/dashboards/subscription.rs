//! Dashboards by mail: everybody subscribes themselves, and reads what they may see when the mail is written. One mail a slot, whatever
//! restarts, clocks and other processes do: the slot moves in the transaction that enqueues the mail.

use super::{Digest, Section, digest, known, tiles};
use crate::{Error, Result, app::App, jobs::Kind, mail::{self, Letter}, people::By, sight};
use domain::{Day, Label, Lang, Zone, audit::Actor, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use store::{
    job::NewJob,
    subscription::{self, Subscription},
};
use utoipa::ToSchema;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// each day
    Day,
    /// each Monday
    Week,
    /// on the first of each month
    Month,
}

impl From<Every> for subscription::Every {
    fn from(every: Every) -> subscription::Every {
        match every {
            Every::Day => subscription::Every::Day,
            Every::Week => subscription::Every::Week,
            Every::Month => subscription::Every::Month,
        }
    }
}

impl From<subscription::Every> for Every {
    fn from(every: subscription::Every) -> Every {
        match every {
            subscription::Every::Day => Every::Day,
            subscription::Every::Week => Every::Week,
            subscription::Every::Month => Every::Month,
        }
    }
}

/// One's own subscription of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionView {
    /// how often; absent: not at all
    pub every: Option<Every>,
    /// from which hour on, of the business's day
    pub hour: i8,
    /// RFC 3339: the next mail is written then
    pub next: Option<String>,
    /// to this address
    pub to: String,
    /// has the business a mail server?
    pub mails: bool,
}

/// When one wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionDraft {
    /// how often
    pub every: Every,
    /// from which hour on, of the business's day: 0 to 23
    #[schema(minimum = 0, maximum = 23)]
    pub hour: i8,
    /// `zh-CN` or `en`; absent = the business's
    #[serde(default)]
    pub lang: Option<String>,
}

/// The hour that is offered.
const MORNING: i8 = 8;

/// The last day whose mail is due.
fn slot(zone: &Zone, now: Instant, every: subscription::Every, hour: i8) -> Day {
    let begun = |day: Day| zone.at(day, hour, 0) <= now;
    let today = zone.day(now);
    match every {
        subscription::Every::Day => if begun(today) { today } else { today.plus(-1) },
        subscription::Every::Week => {
            let monday = today.plus(-i32::from(today.weekday()));
            if begun(monday) { monday } else { monday.plus(-7) }
        }
        subscription::Every::Month => {
            let first = first_of_month(today);
            if begun(first) { first } else { first_of_month(first.plus(-1)) }
        }
    }
}

/// The slot after one.
fn next(slot: Day, every: subscription::Every) -> Day {
    match every {
        subscription::Every::Day => slot.plus(1),
        subscription::Every::Week => slot.plus(7),
        subscription::Every::Month => first_of_month(slot.plus(31)),
    }
}

fn first_of_month(day: Day) -> Day {
    day.plus(1 - i32::from(day.date().day()))
}

async fn view(app: &App, email: &str, found: Option<Subscription>) -> Result<SubscriptionView> {
    let settings = app.settings();
    Ok(SubscriptionView {
        every: found.as_ref().map(|s| s.every.into()),
        hour: found.as_ref().map_or(MORNING, |s| s.hour),
        next: found.map(|s| settings.zone.at(next(s.slot, s.every), s.hour, 0).rfc3339()),
        to: email.to_owned(),
        mails: store::mail::relay(&app.store, &settings.id).await?.is_some(),
    })
}

/// One's own of a dashboard.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn show(app: &App, by: &By, email: &str, dashboard: &str) -> Result<SubscriptionView> {
    known(app, by, dashboard).await?;
    let found = subscription::of(&app.store, &app.settings().id, dashboard, &by.actor.id).await?;
    view(app, email, found).await
}

/// Subscribes, or changes when; the first mail is of the next slot. `base`: where the server is reached.
///
/// # Errors
/// `dashboard.not_found`, `subscription.hour`, `subscription.mail` without a mail server; when the store refuses.
pub async fn set(app: &App, by: &By, email: &str, dashboard: &str, draft: SubscriptionDraft, base: Option<&str>) -> Result<SubscriptionView> {
    known(app, by, dashboard).await?;
    if !(0..24).contains(&draft.hour) {
        return Err(Error::invalid("subscription.hour", "几点发送：0 到 23", "the hour is 0 to 23"));
    }
    let (settings, now) = (app.settings(), app.clock.now());
    let mut tx = app.store.begin().await?;
    if store::mail::relay(&mut tx, &settings.id).await?.is_none() {
        return Err(Error::conflict("subscription.mail", "还没有设置邮件服务器，请所有者先在“邮件”中设置", "no mail server is set yet; an owner sets one under Mail"));
    }
    let mut secret = [0; 24];
    app.chance.fill(&mut secret);
    let every = draft.every.into();
    let wanted = Subscription {
        id: app.new_id("sub"),
        dashboard: dashboard.to_owned(),
        user: by.actor.id.clone(),
        every,
        hour: draft.hour,
        lang: draft.lang.as_deref().map_or(settings.lang, Lang::parse),
        base: base.map(str::to_owned),
        token: secret.iter().map(|b| format!("{b:02x}")).collect(),
        slot: slot(&settings.zone, now, every, draft.hour),
        created_at: now,
    };
    subscription::set(&mut tx, &settings.id, &wanted).await?;
    tx.commit().await?;
    view(app, email, Some(wanted)).await
}

/// Ends one's own.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn end(app: &App, by: &By, dashboard: &str) -> Result<()> {
    known(app, by, dashboard).await?;
    subscription::end(&app.store, &app.settings().id, dashboard, &by.actor.id).await?;
    Ok(())
}

/// Ends the one a mail is of, by what stands in its link.
///
/// # Errors
/// `subscription.not_found`; when the store refuses.
pub async fn end_by_token(app: &App, token: &str) -> Result<()> {
    match subscription::end_by_token(&app.store, &app.settings().id, token).await? {
        true => Ok(()),
        false => Err(Error::not_found("subscription", "")),
    }
}

/// Enqueues the job that writes mails, if one is due.
///
/// # Errors
/// When the store refuses.
pub async fn due(app: &App) -> Result<()> {
    let (settings, now) = (app.settings(), app.clock.now());
    if settings.id.is_empty() {
        return Ok(());
    }
    let all = subscription::all(&app.store, &settings.id).await?;
    if all.iter().all(|s| slot(&settings.zone, now, s.every, s.hour) <= s.slot) {
        return Ok(());
    }
    let mut job = NewJob::new(app.new_id("job"), Kind::Letters.key(), json!({}), now).by(&settings.id, &Actor::program("server"));
    job.unique_key = Some(Kind::Letters.key().to_owned());
    job.priority = Kind::Letters.priority();
    job.max_attempts = Kind::Letters.attempts();
    if store::job::enqueue(&app.store, &job, now).await? {
        app.jobs.pulse();
    }
    Ok(())
}

/// Writes every mail that is due; answers how many.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn write(app: &Arc<App>) -> Result<u64> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut written = 0;
    for s in subscription::all(&app.store, &settings.id).await? {
        let to = slot(&settings.zone, now, s.every, s.hour);
        if to > s.slot && one(app, &s, to).await? {
            written += 1;
        }
    }
    Ok(written)
}

/// Writes one, if whoever gets it is still there and sees the dashboard.
async fn one(app: &Arc<App>, s: &Subscription, to: Day) -> Result<bool> {
    let workspace = app.settings().id.clone();
    let member = store::member::get(&app.store, &workspace, &s.user).await?.filter(|m| !m.disabled);
    let Some(member) = member else {
        subscription::end_by_id(&app.store, &s.id).await?;
        return Ok(false);
    };
    // one that was taken away may come back: its mails rest until then
    let sight = member.permissions().sight();
    let board = store::dashboard::get(&app.store, &workspace, &s.dashboard, &s.user).await?;
    let letter = match board.as_ref().and_then(|board| Some((board, tiles(board)?))) {
        Some((board, tiles)) => {
            let name = Label::new(sight::text(sight, board.name.zh.clone()), sight::text(sight, board.name.en.clone()));
            Some(letter(app, s, &digest(app, &name, &tiles, s.lang, sight, None).await?))
        }
        None => None,
    };
    let mut tx = app.store.begin().await?;
    if !subscription::advance(&mut tx, s, to).await? {
        return Ok(false);
    }
    let sent = match &letter {
        Some(letter) => mail::enqueue(app, &mut tx, "dashboard", &format!("subscription:{}:{to}", s.id), &member.email, letter, s.lang).await?,
        None => false,
    };
    tx.commit().await?;
    Ok(sent)
}

/// What the mail says.
fn letter(app: &App, s: &Subscription, told: &Digest) -> Letter {
    let say = |zh: String, en: String| s.lang.pick(&zh, &en).to_owned();
    let business = app.settings().name.clone();
    let mut paragraphs = vec![say(format!("数据截至 {}。", told.as_of), format!("As of {}.", told.as_of))];
    if told.stale {
        paragraphs.push(say("有新数据正在计算，下面还是之前的数字。".into(), "Newer data is being worked in; these are the numbers before.".into()));
    }
    paragraphs.extend(told.sections.iter().map(section));
    let page = s.base.as_ref().map(|base| format!("{base}/dashboards/{}", s.dashboard));
    Letter {
        subject: format!("{} · {} · {business}", told.name, told.as_of),
        paragraphs,
        link: page.map(|url| (say("打开看板".into(), "Open the dashboard".into()), url)),
        footer: say(format!("{business} · 知音。您订阅了这个看板，可以在看板页随时停止。"), format!("{business} · Zhiyin. You subscribed to this dashboard; stop it on its page at any time.")),
        unsubscribe: s.base.as_ref().map(|base| format!("{base}/unsubscribe?token={}", s.token)),
    }
}

fn section(s: &Section) -> String {
    let mut text = s.heading.clone();
    for line in &s.lines {
        text.push('\n');
        text.push_str(line);
    }
    if let Some(table) = &s.table {
        for row in std::iter::once(&table.columns).chain(&table.rows) {
            text.push('\n');
            text.push_str(&row.join(" · "));
        }
        if table.more > 0 {
            text.push_str(&format!("\n… +{}", table.more));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::subscription::Every;

    #[test]
    fn a_slot_is_the_last_day_whose_hour_has_come() {
        let zone = Zone::parse("Asia/Shanghai").expect("a zone");
        let day = |y, m, d| Day::new(y, m, d).expect("a day");
        let at = |d: Day, h| zone.at(d, h, 0);
        // a Wednesday
        let today = day(2026, 3, 18);
        assert_eq!(slot(&zone, at(today, 8), Every::Day, 8), today);
        assert_eq!(slot(&zone, Instant(at(today, 8).0 - 1), Every::Day, 8), day(2026, 3, 17));
        assert_eq!(slot(&zone, at(today, 7), Every::Week, 8), day(2026, 3, 16));
        assert_eq!(slot(&zone, at(day(2026, 3, 16), 7), Every::Week, 8), day(2026, 3, 9));
        assert_eq!(slot(&zone, at(today, 7), Every::Month, 8), day(2026, 3, 1));
        assert_eq!(slot(&zone, at(day(2026, 3, 1), 7), Every::Month, 8), day(2026, 2, 1));
        // whatever the rhythm, the next slot is not due before its day, and is on it
        for every in [Every::Day, Every::Week, Every::Month] {
            let mut last = slot(&zone, at(day(2026, 1, 1), 9), every, 8);
            for n in 0..400 {
                let now = at(day(2026, 1, 1).plus(n), 9);
                let here = slot(&zone, now, every, 8);
                assert!(here == last || here == next(last, every), "{here} after {last}");
                last = here;
            }
        }
    }
}
