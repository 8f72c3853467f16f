//! `/invitations`: made and taken back by those who manage members, looked at and accepted by whoever holds their token. The token
//! travels in bodies only: no address holds it, so no log and no referrer does.

use crate::{
    account,
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    paging::Part,
    scope::Scope,
    second_step,
    session::{self, Peer, SessionView},
};
use axum::{extract::State, http::StatusCode, response::Response};
use domain::access::{Personal, Role};
use flow::{
    people::invitations::{self, Arrival, Guest, InvitationOffer, InvitationView},
    schema,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What every invitation's token begins with.
const PREFIX: &str = "inv_";

/// The newest invitations.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationList {
    /// newest first
    pub items: Vec<InvitationView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Whom to invite.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct InvitationForm {
    /// the address; nobody else can use the invitation
    pub email: String,
    /// what they will be
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// whether they will see people's details; absent: as the role says
    #[serde(default)]
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
}

/// An invitation with its link, which is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct InvitationMade {
    /// the invitation
    pub invitation: InvitationView,
    /// `inv_…`
    pub token: String,
    /// where the invited person opens it; without a host where the server does not know its own
    pub link: String,
    /// a mail with the link is on its way: a mail server is set, and the server knows its own address
    pub mailed: bool,
}

/// A token one holds.
#[derive(Clone, Deserialize, ToSchema)]
pub struct InvitationToken {
    /// `inv_…`
    pub token: String,
}

/// Joining.
#[derive(Clone, Deserialize, ToSchema)]
pub struct InvitationAcceptance {
    /// `inv_…`
    pub token: String,
    /// display name of a new account
    #[serde(default)]
    pub name: String,
    /// a new account's password, at least ten characters; the present one of an account that is there
    pub password: String,
}

/// The newest invitations
#[utoipa::path(get, path = "/invitations", tag = "member", params(Part), responses((status = 200, body = InvitationList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(p): Query<Part>) -> Result<Json<InvitationList>> {
    let (items, next_cursor) = p.of(invitations::list(&ctx.app).await?)?;
    Ok(Json(InvitationList { items, next_cursor }))
}

/// Invite somebody
///
/// Answers a link for this address, good once and for a week; it is shown this once. An open invitation the address had is revoked.
#[utoipa::path(post, path = "/invitations", tag = "member", request_body = InvitationForm,
    responses((status = 201, body = InvitationMade), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<InvitationForm>) -> Result<(StatusCode, Json<InvitationMade>)> {
    if !account::email_like(&form.email) {
        return Err(Error::invalid("invitation.form", "some fields need another look").field("email", "field.email"));
    }
    let (secret, _) = account::secret(&ctx)?;
    let token = format!("{PREFIX}{secret}");
    let guest = Guest { email: form.email.trim().to_lowercase(), role: form.role, personal: form.personal };
    let address = ctx.config.address();
    let link = format!("{}/invite#{token}", address.clone().unwrap_or_else(|| ctx.config.base()));
    // without an address of our own a mail could not say where to go
    let (invitation, mailed) = invitations::create(&ctx.app, &scope.by(), guest, &account::hash(&token), address.map(|_| link.as_str())).await?;
    Ok((StatusCode::CREATED, Json(InvitationMade { invitation, token, link, mailed })))
}

/// Take an invitation back
#[utoipa::path(delete, path = "/invitations/{id}", tag = "member", params(("id" = String, Path,)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn revoke(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    invitations::revoke(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Failures count against the address they come from.
fn keys(from: &str) -> [String; 1] {
    [format!("invite:{}", crate::limit::network(from))]
}

/// A wrong token counts as a failure.
async fn counted<T>(ctx: &Ctx, from: &str, outcome: flow::Result<T>) -> Result<T> {
    if matches!(&outcome, Err(flow::Error::Invalid { code: "invitation.token", .. })) {
        ctx.brake.failed(&keys(from), ctx.app.clock.now()).await?;
    }
    Ok(outcome?)
}

/// Whom is this invitation for?
#[utoipa::path(post, path = "/invitations/look", tag = "session", request_body = InvitationToken,
    responses((status = 200, body = InvitationOffer), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn look(State(ctx): State<Ctx>, peer: Peer, Json(body): Json<InvitationToken>) -> Result<Json<InvitationOffer>> {
    let from = peer.address;
    ctx.brake.check(&keys(&from), ctx.app.clock.now()).await?;
    ctx.workspace().await?;
    Ok(Json(counted(&ctx, &from, invitations::offer(&ctx.app, &account::hash(&body.token)).await).await?))
}

/// Accept an invitation
///
/// Makes an account with the invited address, or takes the one that is there with its present password; signs in, or asks for the code of a second step. Works once.
#[utoipa::path(post, path = "/invitations/accept", tag = "session", request_body = InvitationAcceptance,
    responses((status = 201, body = SessionView), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn accept(State(ctx): State<Ctx>, peer: Peer, Json(form): Json<InvitationAcceptance>) -> Result<Response> {
    let (now, from) = (ctx.app.clock.now(), peer.address.as_str());
    ctx.brake.check(&keys(from), now).await?;
    ctx.workspace().await?;
    let token_hash = account::hash(&form.token);
    let (invitation, known) = counted(&ctx, from, invitations::look(&ctx.app, &token_hash).await).await?;
    let arrival = match known {
        Some(user) => {
            let mail = [format!("mail:{}", invitation.email)];
            let turn = ctx.may_try(&mail, now).await?;
            let fits = account::acceptable(&form.password) & turn.verify(form.password, Some(user.password_hash)).await?;
            if !fits || user.disabled_at.is_some() {
                ctx.brake.failed(&[keys(from), mail].concat(), now).await?;
                drop(turn);
                account::refused(&ctx, &user.id, from).await?;
                return Err(account::wrong());
            }
            Arrival::Known(user.id)
        }
        None => Arrival::New { name: named(&form)?, password_hash: ctx.passwords.hash(form.password, ctx.random()?).await? },
    };
    let id = counted(&ctx, from, invitations::accept(&ctx.app, &token_hash, arrival).await).await?;
    let entry = second_step::arrive(&ctx, &id, &peer, "invitation").await?;
    session::begun(&ctx, StatusCode::CREATED, &entry).await
}

/// The name of a new account, if form and password will do.
fn named(form: &InvitationAcceptance) -> Result<String> {
    let name = form.name.trim();
    let (fits, strong) = ((1..=100).contains(&name.chars().count()), account::acceptable(&form.password));
    if fits && strong {
        return Ok(name.to_owned());
    }
    let mut problem = Error::invalid("invitation.form", "some fields need another look");
    if !fits {
        problem = problem.field("name", "field.length");
    }
    if !strong {
        problem = problem.field("password", "field.password");
    }
    Err(problem)
}
