//! `/orders`, `/refunds`, `/interactions`, `/answers` and customers by programs: facts posted one by one or in batches, durable when
//! acknowledged; `/inbox`: what of them is not moved to the lake yet.

use crate::{
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::{Json, Query},
    idempotency,
    scope::Scope,
};
use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use flow::inbox::{self, AnswerForm, Body, CustomerForm, How, InboxView, InteractionForm, Keyed, OrderForm, Posted, Received, RefundForm, Settled};
use serde::Deserialize;
use serde_json::json;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{OneOfBuilder, Ref, RefOr, Schema, schema::{ArrayBuilder, ObjectBuilder}},
};

/// Rows as JSON Lines.
const LINES: [&str; 3] = ["application/x-ndjson", "application/jsonl", "application/x-jsonlines"];

/// How the rows are taken in.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TakeQuery {
    /// `true`: all rows or none; absent: the good ones
    pub atomic: Option<bool>,
    /// `true`: the rows were known when they happened, as a load of the past is
    pub history: Option<bool>,
    /// `true`: a value that cannot be read refuses its row, and every field at fault is told; absent: it stays blank
    pub strict: Option<bool>,
}

macro_rules! one_or_many {
    ($($(#[$doc:meta])* $name:ident = $form:ty;)*) => {$(
        $(#[$doc])*
        struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let form = Ref::from_schema_name(<$form as ToSchema>::name());
                // rows of an array are read one by one, and each has its own answer
                let row = ObjectBuilder::new().description(Some("as the single one; each is judged by itself"));
                let many = ArrayBuilder::new().items(row).min_items(Some(1)).max_items(Some(inbox::MOST_ROWS));
                OneOfBuilder::new().item(form).item(many).into()
            }
        }

        impl ToSchema for $name {
            fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
                all.push((<$form as ToSchema>::name().into_owned(), <$form as PartialSchema>::schema()));
                <$form as ToSchema>::schemas(all);
            }
        }
    )*};
}

one_or_many! {
    /// An order, or an array of orders.
    Orders = OrderForm;
    /// A refund, or an array of refunds.
    Refunds = RefundForm;
    /// An interaction, or an array of interactions.
    Interactions = InteractionForm;
    /// An answer, or an array of answers.
    Answers = AnswerForm;
    /// A customer, or an array of customers.
    Customers = CustomerForm;
}

/// Post orders
///
/// One order, an array of at most 2000, or one a line (`application/x-ndjson`); 4 MB at most. Each row means what the same row of a file
/// means. Rows that cannot be taken in are answered with their place and reason, the others are accepted unless `atomic=true`. What is
/// answered 202 is durable; it is in lists and figures with the next move (see `/inbox`).
#[utoipa::path(post, path = "/orders", tag = "intake", params(TakeQuery), request_body = Orders,
    responses((status = 202, body = Received), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn orders(state: State<Ctx>, scope: Scope, keyed: Option<Extension<Keyed>>, q: Query<TakeQuery>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    take::<OrderForm>(state, scope, keyed, q, headers, body).await
}

/// Post refunds
///
/// As orders are posted. Number, order, product and line tell refunds apart.
#[utoipa::path(post, path = "/refunds", tag = "intake", params(TakeQuery), request_body = Refunds,
    responses((status = 202, body = Received), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn refunds(state: State<Ctx>, scope: Scope, keyed: Option<Extension<Keyed>>, q: Query<TakeQuery>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    take::<RefundForm>(state, scope, keyed, q, headers, body).await
}

/// Post interactions
///
/// Visits, calls, clicks, contacts; as orders are posted. Equal ones are one.
#[utoipa::path(post, path = "/interactions", tag = "intake", params(TakeQuery), request_body = Interactions,
    responses((status = 202, body = Received), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn interactions(state: State<Ctx>, scope: Scope, keyed: Option<Extension<Keyed>>, q: Query<TakeQuery>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    take::<InteractionForm>(state, scope, keyed, q, headers, body).await
}

/// Post answers
///
/// Scores customers gave, with what they wrote; as orders are posted. Equal ones are one.
#[utoipa::path(post, path = "/answers", tag = "intake", params(TakeQuery), request_body = Answers,
    responses((status = 202, body = Received), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn answers(state: State<Ctx>, scope: Scope, keyed: Option<Extension<Keyed>>, q: Query<TakeQuery>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    take::<AnswerForm>(state, scope, keyed, q, headers, body).await
}

/// Post customers
///
/// As orders are posted. Who is known by one of the identifiers is changed, anybody else is new; what is absent stays as it was.
#[utoipa::path(post, path = "/customers", tag = "intake", params(TakeQuery), request_body = Customers,
    responses((status = 202, body = Received), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn customers(state: State<Ctx>, scope: Scope, keyed: Option<Extension<Keyed>>, q: Query<TakeQuery>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    take::<CustomerForm>(state, scope, keyed, q, headers, body).await
}

/// What was posted and is not moved yet
///
/// Rows are moved a second after the oldest of them came where a move costs little, five minutes after where it costs much, or once 5000
/// wait (`due_at`); each move is an import and can be taken back.
#[utoipa::path(get, path = "/inbox", tag = "intake", responses((status = 200, body = InboxView)))]
pub async fn show(State(ctx): State<Ctx>) -> Result<Json<InboxView>> {
    Ok(Json(inbox::show(&ctx.app).await?))
}

/// Move what waits now
#[utoipa::path(post, path = "/inbox/move", tag = "intake", responses((status = 202, body = InboxView)))]
pub async fn carry(State(ctx): State<Ctx>) -> Result<(StatusCode, Json<InboxView>)> {
    Ok((StatusCode::ACCEPTED, Json(inbox::hasten(&ctx.app).await?)))
}

async fn take<T: Posted>(
    State(ctx): State<Ctx>,
    scope: Scope,
    keyed: Option<Extension<Keyed>>,
    Query(q): Query<TakeQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let lines = is_lines(&headers)?;
    let body = inbox::strict(&body, lines).map_err(Error::malformed)?;
    let rows = match body {
        Body::One(row) => vec![row],
        Body::Many(rows) => rows,
    };
    let how = How { atomic: q.atomic.unwrap_or(false), history: q.history.unwrap_or(false), strict: q.strict.unwrap_or(false) };
    let keyed = keyed.map(|Extension(k)| k);
    let request = keyed.as_ref().map(|k| k.request_hash.clone()).unwrap_or_default();
    match inbox::post::<T>(&ctx.app, &scope.actor(), rows, how, keyed).await? {
        Settled::Done(received) => Ok((StatusCode::ACCEPTED, Json(received)).into_response()),
        Settled::Known(known) => idempotency::again(known, &request),
    }
}

/// One object a line, or JSON?
fn is_lines(headers: &HeaderMap) -> Result<bool> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if LINES.contains(&kind.as_str()) {
        return Ok(true);
    }
    if kind == "application/json" {
        return Ok(false);
    }
    let message = domain::Label::new(format!("不接受 {kind:?}：请用 application/json 或 application/x-ndjson"), format!("{kind:?} is not taken: send application/json or application/x-ndjson"));
    Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type", message.en.clone()).params(json!({ "message": message })))
}
