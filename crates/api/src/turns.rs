//! Where several businesses share a server, each has a few turns at a time: one that asks for more than the machine can do waits for
//! itself, and the others do not wait for it.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    response::Response,
};
use std::{pin::pin, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How long a turn lasts at most. What takes longer goes on beside the next, so that a long question keeps nobody of its own waiting.
const LASTS: Duration = Duration::from_millis(250);
/// A larger body, or one of unknown length, is a stream: whoever sends it slowly must not have a turn meanwhile.
const SMALL: u64 = 64 << 10;

/// The turns of one business.
pub(crate) struct Turns(Semaphore);

impl Default for Turns {
    /// As many as there are processors.
    fn default() -> Turns {
        Turns(Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)))
    }
}

impl Turns {
    /// Answers a request when it is its turn.
    pub(crate) async fn answer<F: Future<Output = Response>>(&self, request: Request, answer: impl FnOnce(Request) -> F) -> Response {
        let request = match request.body().size_hint().exact() {
            Some(0) => request,
            Some(few) if few <= SMALL => {
                let (parts, body) = request.into_parts();
                match to_bytes(body, usize::try_from(SMALL).unwrap_or(usize::MAX)).await {
                    Ok(bytes) => Request::from_parts(parts, Body::from(bytes)),
                    // what came is passed on, and whoever reads it says what is wrong with it
                    Err(_) => return answer(Request::from_parts(parts, Body::empty())).await,
                }
            }
            _ => return answer(request).await,
        };
        let mut answer = pin!(answer(request));
        let Ok(turn) = self.0.acquire().await else { return answer.await };
        match timeout(LASTS, answer.as_mut()).await {
            Ok(response) => response,
            Err(_) => {
                drop(turn);
                answer.await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    use tokio::time::{Instant, sleep};

    fn asked(body: Body) -> Request {
        Request::builder().uri("/").body(body).expect("a request")
    }

    #[tokio::test]
    async fn no_more_than_so_many_at_a_time_and_none_for_long() {
        let turns = Arc::new(Turns(Semaphore::new(2)));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..20).map(|_| {
            let (turns, now, most) = (Arc::clone(&turns), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                turns
                    .answer(asked(Body::empty()), |_| async move {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        sleep(Duration::from_millis(20)).await;
                        now.fetch_sub(1, Ordering::SeqCst);
                        ().into_response()
                    })
                    .await
            })
        });
        futures::future::join_all(all).await;
        assert_eq!(most.load(Ordering::SeqCst), 2);
        // two that never end hold the third for no longer than a turn
        for _ in 0..2 {
            let turns = Arc::clone(&turns);
            tokio::spawn(async move { turns.answer(asked(Body::empty()), |_| std::future::pending()).await });
        }
        tokio::task::yield_now().await;
        let begun = Instant::now();
        let third = timeout(Duration::from_secs(60), turns.answer(asked(Body::empty()), |_| async { ().into_response() })).await;
        assert!(third.is_ok() && begun.elapsed() >= LASTS / 2, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_small_body_arrives_whole_and_a_stream_has_no_turn() {
        let turns = Turns(Semaphore::new(1));
        let read = |request: Request| async { to_bytes(request.into_body(), usize::MAX).await.expect("a body").into_response() };
        for body in ["", "few"] {
            let answer = turns.answer(asked(Body::from(body)), read).await;
            assert_eq!(to_bytes(answer.into_body(), 10).await.expect("a body"), body);
        }
        turns.0.close();
        let stream = Body::from_stream(futures::stream::iter(["a", "b"].map(Ok::<_, std::io::Error>)));
        let answer = turns.answer(asked(stream), read).await;
        assert_eq!(to_bytes(answer.into_body(), 10).await.expect("a body"), "ab");
    }
}
