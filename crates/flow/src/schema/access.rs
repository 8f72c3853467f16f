//! Roles and permissions as the API publishes them: their names, read off `domain::access`, which says what they mean.

use domain::access;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// The names of a closed set, as a schema.
macro_rules! published {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names = access::$name::ALL.into_iter().map(access::$name::key);
                let said = [$($doc),*].concat();
                ObjectBuilder::new().schema_type(Type::String).description(Some(said.trim())).enum_values(Some(names)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

published! {
    /// What a person is to the business.
    Role;
    /// A member's own word on seeing people's details.
    Personal;
    /// One thing that may be done.
    Permission;
}
