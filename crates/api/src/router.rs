//! Every route on one page, each with what it needs; the OpenAPI document is made from the same lines. A route that says nothing of
//! what it needs cannot stand here: [`Page`] takes none.

use crate::ctx::Ctx;
use crate::describe;
use crate::error::Error;
use crate::scope::{Gate, Needs, guard};
use crate::{
    audit, businesses, changes, classifications, cohorts, curve, customers, dashboards, definitions, docs, duplicates, erasures, everything, exports, features, flow_between, health, idempotency::{self, Door, Keys},
    imports, intake, invitations, jobs, limit, parameters::{self, Parameters}, mail, members, merges, notes, objects, oidc, overview, owners, packed, quality, record_imports, rfm, rules, sample, second_factor, security, segments, session, sessions, sql, subscriptions, tags, tokens, views, web, webhooks,
};
use axum::{Router, extract::DefaultBodyLimit, middleware::{from_fn, from_fn_with_state, map_response}, response::{IntoResponse, Response}, routing::get};
use domain::access::Permission::{AuditRead, BaseRead, CustomersErase, CustomersWrite, DefinitionsWrite, ExportTake, ImportsWrite, MembersManage, SettingsWrite, TokensWrite};
use flow::inbox::MOST_BYTES;
use utoipa::{OpenApi, openapi::{PathItem, path::Operation}};
use utoipa_axum::{router::{OpenApiRouter, UtoipaMethodRouter}, routes};

/// Where the API lives.
pub const BASE: &str = "/api/v1";

/// Bodies are small, except uploads, which have their own limit and go to disk.
const BODY: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(title = "Zhiyin", description = "Know every customer; treat each one right.", license(name = "Apache-2.0")),
    // named only inside recursive shapes and query parameters, where the collector does not look
    components(schemas(
        flow::audit::LogFormat, flow::dashboards::FileFormat, flow::schema::Arith, flow::schema::Function, flow::schema::Stat, flow::analysis::export::Sheet, flow::analysis::trend::Step,
        flow::analysis::why_view::Counted, flow::analysis::why_view::CountedFact
    )),
    tags(
        (name = "session", description = "signing in, first-run set-up, settings"),
        (name = "import", description = "files in: map, check, commit, undo"),
        (name = "intake", description = "facts in by programs, one by one or in batches"),
        (name = "analysis", description = "the whole base as of a day"),
        (name = "classification", description = "exactly one class for every customer"),
        (name = "segment", description = "sets of customers by rule or by hand"),
        (name = "customer", description = "lists, one customer, and why"),
        (name = "work", description = "tags, owners, notes, saved views, and changes that can be undone"),
        (name = "feature", description = "one value per customer per day"),
        (name = "rule", description = "text, tree and sentence of a condition"),
        (name = "object", description = "records of the business's own kinds"),
        (name = "dashboard", description = "tiles over features, classes and segments"),
        (name = "sql", description = "questions by analysts"),
        (name = "definition", description = "everything people defined, as text files"),
        (name = "job", description = "what goes on in the background: exports, schedules, the history"),
        (name = "member", description = "who belongs to the business, and invitations"),
        (name = "token", description = "what programs sign in with"),
        (name = "webhook", description = "changes told to programs of others"),
        (name = "mail", description = "the business's own mail server"),
        (name = "erasure", description = "people taken out for good, and the receipts of it"),
        (name = "audit", description = "who did what"),
        (name = "server", description = "the server itself")
    )
)]
struct Document;

/// The routes, each behind what it needs.
struct Page {
    router: OpenApiRouter<Ctx>,
    /// without one the page is only described
    ctx: Option<Ctx>,
}

impl Page {
    /// A route, and what it needs.
    fn on(self, needs: Needs, routes: UtoipaMethodRouter<Ctx>) -> Page {
        let keys = if needs == Needs::Open { Keys::Refused } else { Keys::Claimed };
        self.with(needs, keys, BODY, routes)
    }

    /// A route whose answer to a change holds a secret that is shown once.
    fn on_secret(self, needs: Needs, routes: UtoipaMethodRouter<Ctx>) -> Page {
        self.with(needs, Keys::Sealed, BODY, routes)
    }

    /// A route that takes facts in, and keeps its answers itself.
    fn on_intake(self, routes: UtoipaMethodRouter<Ctx>) -> Page {
        let (schemas, paths, methods) = routes;
        self.with(Needs::Has(ImportsWrite), Keys::Inside, MOST_BYTES, (schemas, paths, methods.layer(DefaultBodyLimit::max(MOST_BYTES))))
    }

    /// A route that knows its changes by their keys itself.
    fn on_named(self, needs: Needs, routes: UtoipaMethodRouter<Ctx>) -> Page {
        self.with(needs, Keys::Own, BODY, routes)
    }

    /// A question that takes a body: it changes nothing, so there is nothing a key could keep from happening twice.
    fn on_asking(self, needs: Needs, routes: UtoipaMethodRouter<Ctx>) -> Page {
        self.with(needs, Keys::Asking, BODY, routes)
    }

    /// A route that takes a file of records.
    fn on_file(self, keys: Keys, routes: UtoipaMethodRouter<Ctx>) -> Page {
        let (schemas, paths, methods) = routes;
        let most = record_imports::MOST_BYTES + BODY;
        self.with(Needs::Has(CustomersWrite), keys, most, (schemas, paths, methods.layer(DefaultBodyLimit::max(most))))
    }

    fn with(self, needs: Needs, keys: Keys, most: usize, routes: UtoipaMethodRouter<Ctx>) -> Page {
        let (schemas, mut paths, mut methods) = routes;
        let taken = Parameters::of(paths.paths.values());
        for operation in paths.paths.values_mut().flat_map(operations) {
            let extensions = operation.extensions.get_or_insert_default();
            // the document says one: several would stand in it in any order
            extensions.remove(parameters::PREFIXES);
            extensions.insert("x-permission".to_owned(), needs.key().into());
        }
        if !matches!(keys, Keys::Refused | Keys::Own | Keys::Asking) {
            paths.paths.values_mut().flat_map(changes).for_each(describe::takes_key);
        }
        if self.ctx.is_some() {
            methods = methods.route_layer(from_fn_with_state(taken, parameters::known));
        }
        if let (Some(ctx), true) = (&self.ctx, !matches!(keys, Keys::Own | Keys::Asking)) {
            methods = methods.route_layer(from_fn_with_state(Door { ctx: ctx.clone(), keys, most }, idempotency::once));
        }
        if let Some(ctx) = &self.ctx {
            methods = match needs {
                Needs::Open => methods.route_layer(from_fn_with_state(ctx.clone(), limit::strangers)),
                _ => methods.route_layer(from_fn_with_state(Gate { ctx: ctx.clone(), needs, asks: keys == Keys::Asking }, guard)),
            };
        }
        Page { router: self.router.routes((schemas, paths, methods)), ctx: self.ctx }
    }

    /// A route whose bodies go to disk as they come; their limit is the server's own.
    fn on_streaming(self, needs: Needs, routes: UtoipaMethodRouter<Ctx>) -> Page {
        let (schemas, paths, methods) = routes;
        self.with(needs, Keys::Streamed, BODY, (schemas, paths, methods.layer(DefaultBodyLimit::disable())))
    }
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, .. } = item;
    [get, put, post, delete].into_iter().flatten()
}

/// Those of them that change something.
fn changes(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { put, post, delete, .. } = item;
    [put, post, delete].into_iter().flatten()
}

/// The page.
fn page(page: Page) -> Page {
    use Needs::{Account, Back, Has, Open, Session};
    page
        // anyone
        .on(Open, routes!(session::show, session::create, session::end))
        .on(Open, routes!(session::code))
        .on(Open, routes!(oidc::leave))
        .on(Open, routes!(oidc::come))
        .on(Open, routes!(session::setup))
        .on(Open, routes!(businesses::mine))
        .on(Open, routes!(invitations::look))
        .on(Open, routes!(invitations::accept))
        .on(Open, routes!(health::show))
        // the base
        .on(Has(BaseRead), routes!(overview::show))
        .on(Has(DefinitionsWrite), routes!(overview::anew))
        .on(Has(BaseRead), routes!(rfm::show))
        .on(Has(BaseRead), routes!(rfm::fit))
        .on(Has(BaseRead), routes!(flow_between::show))
        .on(Has(BaseRead), routes!(curve::show))
        .on(Has(BaseRead), routes!(cohorts::show))
        .on(Has(BaseRead), routes!(quality::show))
        .on(Has(BaseRead), routes!(customers::list))
        .on(Has(BaseRead), routes!(customers::count))
        .on(Has(BaseRead), routes!(customers::show))
        .on(Has(BaseRead), routes!(customers::timeline))
        .on(Has(BaseRead), routes!(customers::course))
        .on(Has(BaseRead), routes!(customers::why))
        .on(Has(ExportTake), routes!(customers::export))
        // working with customers
        .on(Has(BaseRead), routes!(tags::list))
        .on(Has(CustomersWrite), routes!(tags::create))
        .on(Has(DefinitionsWrite), routes!(tags::edit, tags::remove))
        .on(Has(DefinitionsWrite), routes!(tags::restore))
        .on(Has(BaseRead), routes!(owners::list))
        .on(Has(CustomersWrite), routes!(notes::create))
        .on(Has(CustomersWrite), routes!(notes::edit, notes::remove))
        .on(Has(CustomersWrite), routes!(notes::restore))
        .on_named(Has(CustomersWrite), routes!(changes::list, changes::create))
        .on_asking(Has(CustomersWrite), routes!(changes::ask))
        .on(Has(CustomersWrite), routes!(changes::undo))
        .on(Has(BaseRead), routes!(duplicates::list))
        .on(Has(BaseRead), routes!(duplicates::compare))
        .on(Has(BaseRead), routes!(duplicates::show))
        .on(Has(BaseRead), routes!(duplicates::of_customer))
        .on(Has(CustomersWrite), routes!(duplicates::decide))
        .on(Has(CustomersWrite), routes!(duplicates::merge_all))
        .on(Has(CustomersWrite), routes!(duplicates::search))
        .on(Has(BaseRead), routes!(merges::list))
        .on(Has(CustomersWrite), routes!(merges::create))
        .on(Has(CustomersWrite), routes!(merges::undo))
        .on(Has(CustomersErase), routes!(erasures::plan, erasures::create))
        .on(Has(CustomersErase), routes!(erasures::list))
        .on(Has(CustomersErase), routes!(erasures::show))
        .on(Has(CustomersErase), routes!(erasures::lift))
        .on(Has(BaseRead), routes!(views::list, views::create))
        .on(Has(BaseRead), routes!(views::edit, views::remove))
        .on(Has(BaseRead), routes!(views::restore))
        .on(Has(BaseRead), routes!(views::pin, views::unpin))
        .on(Has(BaseRead), routes!(views::used))
        .on(Has(BaseRead), routes!(views::set_default))
        // records of the business's own kinds
        .on(Has(BaseRead), routes!(objects::list))
        .on(Has(DefinitionsWrite), routes!(objects::create))
        .on(Has(BaseRead), routes!(objects::show))
        .on(Has(DefinitionsWrite), routes!(objects::edit, objects::remove))
        .on(Has(DefinitionsWrite), routes!(objects::restore))
        .on(Has(BaseRead), routes!(objects::usage))
        .on(Has(DefinitionsWrite), routes!(objects::rekind))
        .on(Has(BaseRead), routes!(objects::records))
        .on(Has(CustomersWrite), routes!(objects::write))
        .on(Has(CustomersWrite), routes!(objects::batch))
        .on(Has(CustomersWrite), routes!(objects::change))
        .on_file(Keys::Claimed, routes!(record_imports::create))
        .on_file(Keys::Asking, routes!(record_imports::refused))
        .on(Has(BaseRead), routes!(record_imports::list))
        .on(Has(CustomersWrite), routes!(record_imports::undo))
        .on(Has(BaseRead), routes!(objects::record))
        .on(Has(CustomersWrite), routes!(objects::rewrite, objects::take))
        .on(Has(CustomersWrite), routes!(objects::bring))
        .on(Has(BaseRead), routes!(objects::of_customer))
        // dashboards
        .on(Has(BaseRead), routes!(dashboards::list))
        .on(Has(DefinitionsWrite), routes!(dashboards::create))
        .on(Has(BaseRead), routes!(dashboards::show))
        .on(Has(DefinitionsWrite), routes!(dashboards::edit, dashboards::remove))
        .on(Has(DefinitionsWrite), routes!(dashboards::restore))
        .on(Has(BaseRead), routes!(dashboards::figures))
        .on_asking(Has(BaseRead), routes!(dashboards::preview))
        .on(Has(BaseRead), routes!(dashboards::templates))
        .on(Has(ExportTake), routes!(dashboards::file))
        .on(Session, routes!(subscriptions::show, subscriptions::set, subscriptions::end))
        .on(Open, routes!(subscriptions::unsubscribe))
        // questions in SQL
        .on(Has(ExportTake), routes!(sql::tables))
        .on(Has(ExportTake), routes!(sql::run))
        .on(Has(ExportTake), routes!(sql::file))
        .on(Has(ExportTake), routes!(sql::list, sql::create))
        .on(Has(ExportTake), routes!(sql::edit, sql::remove))
        .on(Has(ExportTake), routes!(sql::restore))
        .on(Has(ExportTake), routes!(sql::history))
        // facts by programs
        .on_intake(routes!(intake::orders))
        .on_intake(routes!(intake::refunds))
        .on_intake(routes!(intake::interactions))
        .on_intake(routes!(intake::answers))
        .on_intake(routes!(intake::customers))
        .on(Has(BaseRead), routes!(intake::show))
        .on(Has(ImportsWrite), routes!(intake::carry))
        // definitions
        .on(Has(BaseRead), routes!(classifications::show))
        .on(Has(DefinitionsWrite), routes!(classifications::create))
        .on(Has(DefinitionsWrite), routes!(classifications::edit, classifications::remove))
        .on_asking(Has(BaseRead), routes!(classifications::preview))
        .on(Has(BaseRead), routes!(classifications::versions))
        .on(Has(DefinitionsWrite), routes!(classifications::restore))
        .on(Has(BaseRead), routes!(classifications::trend))
        .on(Has(BaseRead), routes!(features::list))
        .on(Has(DefinitionsWrite), routes!(features::create))
        .on(Has(DefinitionsWrite), routes!(features::edit, features::remove))
        .on(Has(DefinitionsWrite), routes!(features::rekind))
        .on(Has(BaseRead), routes!(features::versions))
        .on(Has(DefinitionsWrite), routes!(features::restore))
        .on(Has(BaseRead), routes!(segments::list))
        .on(Has(DefinitionsWrite), routes!(segments::create))
        .on_asking(Has(BaseRead), routes!(segments::preview))
        .on(Has(BaseRead), routes!(segments::show))
        .on(Has(DefinitionsWrite), routes!(segments::edit, segments::remove))
        .on(Has(BaseRead), routes!(segments::versions))
        .on(Has(DefinitionsWrite), routes!(segments::restore))
        .on(Has(BaseRead), routes!(segments::trend))
        .on_asking(Has(BaseRead), routes!(rules::parse))
        .on_asking(Has(BaseRead), routes!(rules::render))
        .on(Has(ExportTake), routes!(definitions::export))
        // files
        .on(Has(BaseRead), routes!(imports::list))
        .on_streaming(Has(ImportsWrite), routes!(imports::create))
        .on(Has(BaseRead), routes!(imports::targets))
        .on(Has(BaseRead), routes!(imports::show))
        .on(Has(ImportsWrite), routes!(imports::remove))
        .on(Has(ImportsWrite), routes!(imports::map))
        .on(Has(ImportsWrite), routes!(imports::check))
        .on(Has(ImportsWrite), routes!(imports::stop))
        .on(Has(ImportsWrite), routes!(imports::commit))
        .on(Has(ImportsWrite), routes!(imports::undo))
        .on(Has(ExportTake), routes!(imports::rejected_csv))
        .on(Has(ExportTake), routes!(imports::rejected_xlsx))
        .on(Has(ImportsWrite), routes!(sample::create, sample::remove))
        // jobs
        .on(Has(ExportTake), routes!(exports::create))
        .on(Has(ExportTake), routes!(exports::file))
        .on(Has(SettingsWrite), routes!(everything::export))
        .on_streaming(Has(SettingsWrite), routes!(everything::import))
        .on(Has(BaseRead), routes!(jobs::list))
        .on(Has(BaseRead), routes!(jobs::events))
        .on(Has(BaseRead), routes!(jobs::show))
        .on(Has(BaseRead), routes!(jobs::cancel))
        .on(Has(BaseRead), routes!(jobs::retry))
        .on(Has(AuditRead), routes!(jobs::schedules))
        // oneself, the business and its people
        .on(Session, routes!(session::password))
        .on(Session, routes!(sessions::list, sessions::end_others))
        .on(Session, routes!(sessions::end))
        .on_secret(Account, routes!(second_factor::show, second_factor::offer))
        .on_secret(Account, routes!(second_factor::confirm))
        .on_secret(Session, routes!(second_factor::renew))
        .on(Session, routes!(second_factor::turn_off))
        .on(Has(SettingsWrite), routes!(session::workspace))
        .on(Has(SettingsWrite), routes!(second_factor::rules, second_factor::set_rules))
        .on_secret(Has(SettingsWrite), routes!(oidc::show, oidc::set, oidc::unset))
        .on(Has(MembersManage), routes!(members::list))
        .on(Has(MembersManage), routes!(members::edit, members::remove))
        .on(Has(SettingsWrite), routes!(session::look_as))
        .on(Back, routes!(session::look_back))
        .on(Has(SettingsWrite), routes!(second_factor::reset))
        .on_secret(Has(MembersManage), routes!(invitations::list, invitations::create))
        .on(Has(MembersManage), routes!(invitations::revoke))
        .on_secret(Has(TokensWrite), routes!(tokens::list, tokens::create))
        .on(Has(TokensWrite), routes!(tokens::revoke))
        // the businesses of the server
        .on_secret(Has(SettingsWrite), routes!(businesses::list, businesses::create))
        .on_secret(Has(SettingsWrite), routes!(businesses::link))
        .on(Has(SettingsWrite), routes!(businesses::archive))
        .on(Has(SettingsWrite), routes!(businesses::reopen))
        // doors out
        .on_secret(Has(SettingsWrite), routes!(webhooks::list, webhooks::create))
        .on(Has(SettingsWrite), routes!(webhooks::show, webhooks::edit, webhooks::remove))
        .on_secret(Has(SettingsWrite), routes!(webhooks::turn))
        .on(Has(SettingsWrite), routes!(webhooks::test))
        .on(Has(SettingsWrite), routes!(webhooks::deliveries))
        .on(Has(SettingsWrite), routes!(webhooks::show_delivery))
        .on(Has(SettingsWrite), routes!(webhooks::resend))
        .on(Has(SettingsWrite), routes!(webhooks::confirm))
        .on(Has(SettingsWrite), routes!(mail::show, mail::set, mail::unset))
        .on(Has(SettingsWrite), routes!(mail::test))
        .on(Has(AuditRead), routes!(audit::list))
        .on(Has(AuditRead), routes!(audit::verify))
        .on(Has(AuditRead), routes!(audit::head))
        .on(Has(AuditRead), routes!(audit::export))
}

fn api(ctx: Option<&Ctx>) -> (Router<Ctx>, utoipa::openapi::OpenApi) {
    let page = page(Page { router: OpenApiRouter::new(), ctx: ctx.cloned() });
    OpenApiRouter::with_openapi(Document::openapi()).nest(BASE, page.router).split_for_parts()
}

/// The OpenAPI 3.1 document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api(None).1;
    document.info.version = "1".to_owned();
    describe::problems(&mut document);
    describe::one_name(&mut document);
    for (path, item) in &mut document.paths.paths {
        let PathItem { get, put, post, delete, .. } = item;
        for (method, operation) in [("get", get), ("put", put), ("post", post), ("delete", delete)] {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
            }
        }
    }
    document
}

/// `get_customers_id_why`: handlers of many nouns share a name, operations of the document must not.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches(BASE).split(['/', '.', '-']).map(|w| w.trim_matches(['{', '}']));
    words.filter(|w| !w.is_empty()).fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

/// The whole application: API, its description, and the web app everywhere else.
pub fn router(ctx: Ctx) -> Router {
    let mut document = openapi();
    if ctx.config.business.is_some() {
        document.servers = Some(vec![utoipa::openapi::Server::new(ctx.config.base())]);
    }
    let document = document.to_json().unwrap_or_default();
    let describe = move || async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], document) };
    let (api, _) = api(Some(&ctx));
    api.route("/api/v1/openapi.json", get(describe))
        .merge(docs::routes())
        .fallback(web::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(map_response(plain_refusal))
        .layer(from_fn_with_state(ctx.clone(), security::csrf))
        .layer(from_fn_with_state(ctx.clone(), security::headers))
        .layer(from_fn(packed::packed))
        .with_state(ctx)
}

async fn wrong_method() -> Response {
    Error::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "request.method", "this address does not take this method").into_response()
}

/// Refusals of the framework itself (an unsupported content type, a body cut short) in the shape of all our errors.
async fn plain_refusal(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(axum::http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let plain = kind.is_some_and(|k| k.starts_with("text/plain"));
    if plain && (status.is_client_error() || status.is_server_error()) {
        let code = if status == axum::http::StatusCode::PAYLOAD_TOO_LARGE { "request.too_large" } else { "request.refused" };
        return Error::new(status, code, status.canonical_reason().unwrap_or("refused")).into_response();
    }
    response
}
