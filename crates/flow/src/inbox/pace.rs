//! How long what is posted waits before it is moved. Every move is an import, makes files and is followed by a newer run: where both are
//! done in a moment nobody has to wait, where they take the machine for seconds they are made for many rows.

use crate::{Result, app::App, jobs::Kind};
use serde::{Deserialize, Serialize};
use store::job::{Filter, Job, State};
use utoipa::ToSchema;

const SECOND: i64 = 1_000_000;
/// However little a move costs.
const SHORTEST: i64 = SECOND;
/// However much it costs.
const LONGEST: i64 = 300 * SECOND;
/// Seconds of waiting for the square of the seconds a move and its run took: half a second is worth one, one is worth five, three
/// are worth three quarters of a minute, eight are worth five minutes.
const WORTH: f64 = 5.0;
/// So many moves within an hour are as quick as they can be; who posts all day is moved once a minute, because files add up.
const QUICK: u32 = 60;
const HOUR: i64 = 3_600 * SECOND;
const MINUTE: i64 = 60 * SECOND;

/// Rows programs posted that are acknowledged and not in lists and figures yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WaitingRows)]
pub struct Waiting {
    /// so many
    pub rows: u64,
    /// RFC 3339: the first of them came then
    pub since: String,
}

impl From<store::reading::Waiting> for Waiting {
    fn from(w: store::reading::Waiting) -> Waiting {
        Waiting { rows: w.rows, since: w.since.rfc3339() }
    }
}

/// What the latest moves say of the next.
pub(super) struct Pace {
    /// how long the oldest row waits
    pub wait: i64,
    /// the latest move, if it was given up
    pub given_up: Option<Job>,
}

/// How long what waits now has to wait.
pub(super) async fn pace(app: &App) -> Result<Pace> {
    let of_moves = Filter { name: Some(Kind::Carry.key().to_owned()), ..Filter::default() };
    let moves = store::job::page(&app.store, &app.settings().id, &of_moves, None, QUICK).await?;
    let done = moves.iter().find(|j| j.state == State::Done);
    let took = done.and_then(|j| j.finished_at.zip(j.started_at)).map_or(0, |(done, begun)| done.0 - begun.0);
    let run = app.runs.took().unwrap_or(0).saturating_mul(1_000);
    let busy = moves.len() == QUICK as usize && moves.last().is_some_and(|j| app.clock.now().0 - j.created_at.0 < HOUR);
    let wait = wait(took.saturating_add_unsigned(run), busy);
    Ok(Pace { wait, given_up: moves.into_iter().next().filter(|j| j.state == State::Dead) })
}

/// By what the last move and run took, and whether there were many lately; all in microseconds.
fn wait(took: i64, busy: bool) -> i64 {
    let seconds = took.max(0) as f64 / SECOND as f64;
    let worth = (WORTH * seconds * seconds * SECOND as f64) as i64;
    worth.clamp(if busy { MINUTE } else { SHORTEST }, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_little_waits_little_and_what_costs_much_waits_for_many() {
        let seconds = |took: f64, busy| wait((took * SECOND as f64) as i64, busy) as f64 / SECOND as f64;
        assert_eq!(seconds(0.0, false), 1.0);
        assert_eq!(seconds(0.25, false), 1.0);
        assert_eq!(seconds(1.0, false), 5.0);
        // a base whose newer run was made every 50 s at a hundred posts a second is not moved more often for it
        assert!(seconds(4.0, false) > 50.0);
        assert_eq!(seconds(60.0, false), 300.0);
        assert_eq!(wait(i64::MAX, false), LONGEST);
        assert_eq!(seconds(0.1, true), 60.0);
        assert_eq!(seconds(4.0, true), 80.0);
    }
}
