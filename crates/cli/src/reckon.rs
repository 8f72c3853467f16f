//! What a business reckons in: its currency and its time zone, how each was found, and until when they may change.

use crate::{
    args::Reckoning,
    exit::{Code, Failure},
    voice::Voice,
};
use domain::{Currency, Lang, Zone};
use flow::app::App;
use serde_json::{Value, json};
use store::workspace::Workspace;

/// Where a currency or a time zone was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// somebody said it
    Flag,
    /// the files name it, in a column or by the signs beside their amounts
    Files,
    /// this machine is set to it
    Machine,
    /// guessed from the reader's language
    Language,
    /// the data folder reckons in it already
    Kept,
}

impl Found {
    /// For scripts.
    fn key(self) -> &'static str {
        match self {
            Found::Flag => "flag",
            Found::Files => "files",
            Found::Machine => "machine",
            Found::Language => "language",
            Found::Kept => "kept",
        }
    }

    fn words(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Found::Flag => ("按参数", "as asked"),
            Found::Files => ("按文件里写的", "as the files say"),
            Found::Machine => ("按这台机器的设置", "as this machine is set"),
            Found::Language => ("按语言猜的", "guessed from the language"),
            Found::Kept => ("数据目录一直如此", "as this data folder does"),
        };
        lang.pick(zh, en)
    }
}

/// What is to be made of the data folder's own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// it has none yet
    Make,
    /// it has others, and nothing was reckoned by them
    Change,
    /// it has these
    Keep,
}

/// How a business reckons, and how that was found.
#[derive(Debug, Clone)]
pub struct Reckoned {
    workspace: Workspace,
    step: Step,
    currency: Found,
    zone: Found,
}

impl Reckoned {
    /// For scripts.
    pub fn json(&self) -> Value {
        json!({
            "currency": self.workspace.currency, "currency_from": self.currency.key(),
            "time_zone": self.workspace.time_zone, "time_zone_from": self.zone.key(),
        })
    }

    /// Tells it, and the flags that say otherwise while that can be said.
    pub fn tell(&self, voice: &Voice) {
        let (currency, zone) = (&self.workspace.currency, &self.workspace.time_zone);
        let how = |found: Found| found.words(voice.lang);
        voice.say(
            &format!("金额按 {currency} 计（{}），日期按 {zone} 算（{}）", how(self.currency), how(self.zone)),
            &format!("amounts are in {currency} ({}), days end by {zone} ({})", how(self.currency), how(self.zone)),
        );
        let guessed = |found: Found| matches!(found, Found::Files | Found::Machine | Found::Language);
        if self.step != Step::Keep && (guessed(self.currency) || guessed(self.zone)) {
            voice.say("  不对的话用 --currency 和 --time-zone 指定", "  if that is wrong, say it with --currency and --time-zone");
        }
    }

    /// Tells, once facts are in, that this stays.
    pub fn stays(&self, voice: &Voice) {
        if self.step != Step::Keep {
            let (currency, zone) = (&self.workspace.currency, &self.workspace.time_zone);
            voice.say(
                &format!("这个数据目录从此按 {currency} 和 {zone} 记账；撤销全部导入之后才能改"),
                &format!("This data folder reckons in {currency} and {zone} from now on; that can change only once every import is undone"),
            );
        }
    }
}

/// Reckons as the data folder does, or as a new one would: then [`settle`] makes it so once somebody agreed. Until then
/// nothing is written.
///
/// # Errors
/// When a name is unknown, facts were reckoned otherwise than asked, or the database refuses.
pub async fn reckon(app: &App, reckoning: &Reckoning, found: Option<Currency>, name: &str, lang: Lang) -> Result<Reckoned, Failure> {
    let (asked, told) = (zone_flag(reckoning)?, currency_flag(reckoning)?);
    if let Some(w) = store::workspace::get(&app.store).await? {
        let mut next = w.clone();
        if let Some(zone) = &asked {
            next.time_zone = zone.name().to_owned();
        }
        if let Some(currency) = told {
            next.currency = currency.code().to_owned();
        }
        // another process may have made it since this one opened the folder: reckon as it says
        app.reload().await?;
        let (zone, currency) = (asked.map_or(Found::Kept, |_| Found::Flag), told.map_or(Found::Kept, |_| Found::Flag));
        if same(&next, &w) {
            return Ok(Reckoned { workspace: w, step: Step::Keep, currency, zone });
        }
        if !free(app).await? {
            return Err(settled(&w));
        }
        next.updated_at = app.clock.now();
        app.assume(next.clone())?;
        return Ok(Reckoned { workspace: next, step: Step::Change, currency, zone });
    }
    let (zone, zone_from) = asked.map_or_else(|| system_zone(lang), |zone| (zone, Found::Flag));
    let guessed = match lang {
        Lang::Zh => Currency::CNY,
        Lang::En => Currency::USD,
    };
    let (currency, currency_from) = match (told, found) {
        (Some(told), _) => (told, Found::Flag),
        (None, Some(found)) => (found, Found::Files),
        (None, None) => (guessed, Found::Language),
    };
    let now = app.clock.now();
    let workspace = Workspace {
        id: app.new_id("wsp"),
        name: name.to_owned(),
        time_zone: zone.name().to_owned(),
        currency: currency.code().to_owned(),
        lang: lang.tag().to_owned(),
        created_at: now,
        updated_at: now,
    };
    app.assume(workspace.clone())?;
    Ok(Reckoned { workspace, step: Step::Make, currency: currency_from, zone: zone_from })
}

/// Makes the data folder reckon so, in turn with the other writers.
///
/// # Errors
/// When another process settled it otherwise in between, or the database refuses.
pub async fn settle(app: &App, reckoned: &Reckoned) -> Result<(), Failure> {
    let wanted = &reckoned.workspace;
    if reckoned.step == Step::Keep {
        let now = store::workspace::get(&app.store).await?;
        return now.filter(|w| !same(w, wanted)).map_or(Ok(()), |w| Err(settled(&w)));
    }
    let free = free(app).await?;
    let mut tx = app.store.begin().await?;
    let made = match store::workspace::get(&mut tx).await? {
        None => store::workspace::create(&mut tx, wanted).await,
        Some(w) if same(&w, wanted) => Ok(()),
        Some(_) if reckoned.step == Step::Change && free => store::workspace::update(&mut tx, wanted).await,
        Some(_) => Err(store::Error::Taken { what: "workspace" }),
    };
    let made = match made {
        Ok(()) => tx.commit().await,
        Err(e) => tx.rollback().await.and(Err(e)),
    };
    match made {
        Err(store::Error::Taken { .. }) => match store::workspace::get(&app.store).await? {
            Some(w) if !same(&w, wanted) => Err(settled(&w)),
            _ => Ok(app.reload().await?),
        },
        made => Ok(made?),
    }
}

fn same(one: &Workspace, other: &Workspace) -> bool {
    (&one.time_zone, &one.currency) == (&other.time_zone, &other.currency)
}

/// May it still change? Not once facts were reckoned by it, nor once somebody set it up in the web app.
async fn free(app: &App) -> Result<bool, Failure> {
    Ok(store::setup::required(&app.store).await? && !store::import::any(&app.store).await?)
}

fn settled(w: &Workspace) -> Failure {
    let zh = format!("这个数据目录已按 {} 和 {} 记账", w.time_zone, w.currency);
    let en = format!("this data folder already reckons in {} and {}", w.time_zone, w.currency);
    Failure::new(Code::Conflict, "workspace.settled", zh, en)
        .hint("去掉 --time-zone 和 --currency，或换一个 --data 目录", "leave --time-zone and --currency out, or use another --data folder")
}

fn zone_flag(reckoning: &Reckoning) -> Result<Option<Zone>, Failure> {
    let Some(name) = &reckoning.time_zone else { return Ok(None) };
    Zone::parse(name).map(Some).ok_or_else(|| {
        Failure::new(Code::Usage, "time_zone", format!("没有时区 {name:?}"), format!("there is no time zone {name:?}"))
            .hint("例如 --time-zone Asia/Shanghai", "for example --time-zone Europe/Berlin")
    })
}

/// The currency that was asked for.
///
/// # Errors
/// When it is no ISO 4217 code.
pub fn currency_flag(reckoning: &Reckoning) -> Result<Option<Currency>, Failure> {
    let Some(code) = &reckoning.currency else { return Ok(None) };
    Currency::parse(code).map(Some).ok_or_else(|| {
        Failure::new(Code::Usage, "currency", format!("{code:?} 不是货币代码"), format!("{code:?} is not a currency code")).hint("例如 --currency CNY", "for example --currency EUR")
    })
}

/// The machine's own time zone if it names one, else the one the language suggests.
fn system_zone(lang: Lang) -> (Zone, Found) {
    let named = std::env::var("TZ").ok().and_then(|name| Zone::parse(&name));
    let file = || std::fs::read_to_string("/etc/timezone").ok().and_then(|name| Zone::parse(&name));
    match (named.or_else(file), lang) {
        (Some(zone), _) => (zone, Found::Machine),
        (None, Lang::Zh) => (Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc), Found::Language),
        (None, Lang::En) => (Zone::utc(), Found::Language),
    }
}
