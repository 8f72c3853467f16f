//! What the description of the API says of many operations alike.

use crate::idempotency::LONGEST;
use utoipa::openapi::{
    Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, Required,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::{AdditionalProperties, Object, ObjectBuilder, Schema, Type},
};

/// Content type of every error.
const PROBLEM: &str = "application/problem+json";
/// The schema of every error.
const SCHEMA: &str = "#/components/schemas/Problem";

/// The operation may be named by a key.
pub fn takes_key(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST)).pattern(Some("^[!-~]+$"));
    let header = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("names the change: sent again within 24 hours it changes nothing and is answered alike"))
        .schema(Some(text.build()))
        .build();
    operation.parameters.get_or_insert_default().push(header);
}

/// A shape that is one of several, each under its own name, has that name and no other.
pub fn one_name(document: &mut OpenApi) {
    for schema in document.components.iter_mut().flat_map(|c| c.schemas.values_mut()) {
        let RefOr::T(Schema::OneOf(several)) = schema else { continue };
        for one in &mut several.items {
            if let RefOr::T(Schema::Object(object)) = one && is_named(object) {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

fn is_named(object: &Object) -> bool {
    object.properties.len() == 1 && object.required.len() == 1 && object.properties.keys().eq(&object.required)
}

/// Every error is a problem, those that are named and those that any operation may meet.
pub fn problems(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, .. } = item;
        for operation in [get, put, post, delete].into_iter().flatten() {
            for response in operation.responses.responses.values_mut() {
                let RefOr::T(response) = response else { continue };
                if let Some(content) = response.content.shift_remove("application/json") {
                    let problem = matches!(&content.schema, Some(RefOr::Ref(r)) if r.ref_location == SCHEMA);
                    let kind = if problem { PROBLEM } else { "application/json" };
                    response.content.insert(kind.to_owned(), content);
                }
            }
            let any = ResponseBuilder::new()
                .description("refused, or not done: `code` says why")
                .content(PROBLEM, Content::new(Some(RefOr::Ref(Ref::new(SCHEMA)))))
                .build();
            operation.responses.responses.insert("default".to_owned(), any.into());
        }
    }
}
