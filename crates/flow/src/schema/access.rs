//! Roles and permissions as the API publishes them: their names, read off `domain::access`, which says what they mean.

use domain::access;
use serde_json::{Map, Value};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, extensions::Extensions},
};

/// The names of a closed set, as a schema.
macro_rules! published {
    ($($(#[doc = $doc:literal])* $name:ident $(with $more:expr)?;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names = access::$name::ALL.into_iter().map(access::$name::key);
                let said = [$($doc),*].concat();
                let object = ObjectBuilder::new().schema_type(Type::String).description(Some(said.trim())).enum_values(Some(names));
                $(let object = object.extensions(Some($more));)?
                object.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

/// Role → word on people's details → permissions.
fn granted() -> Extensions {
    let keys = |role: access::Role, personal| role.granted(personal).iter().map(access::Permission::key).collect::<Vec<_>>();
    let words = |role: access::Role| access::Personal::ALL.into_iter().map(|p| (p.key().to_owned(), keys(role, p).into())).collect::<Map<String, Value>>();
    let table: Map<String, Value> = access::Role::ALL.into_iter().map(|role| (role.key().to_owned(), words(role).into())).collect();
    Extensions::builder().add("x-permissions", table).build()
}

published! {
    /// What a person is to the business. `x-permissions`: what each may do, by a member's own word on people's details.
    Role with granted();
    /// A member's own word on seeing people's details.
    Personal;
    /// One thing that may be done.
    Permission;
}
