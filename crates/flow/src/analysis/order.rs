//! In which order customers are listed: by a column of the run, or by who looks after them.

use super::{Picture, customers::Sort, marks::{self, NONE}};
use crate::{Result, app::App, sight::{Sight, Walls}};
use domain::CustomerKey;
use lake::{At, Bits, Place};
use std::sync::Arc;
use store::mark::Set;

/// Sorts by who looks after them: members by name; customers without one come last, whatever the direction.
pub const OWNER: &str = "owner";

/// An order there is.
pub(super) struct Order<'p> {
    picture: &'p Picture,
    by: By,
}

enum By {
    Column(lake::Sort),
    /// members in order, and whom they look after
    Owners(Vec<(String, Arc<Set>)>),
}

impl<'p> Order<'p> {
    /// What a list is to be sorted by.
    ///
    /// # Errors
    /// `feature.not_found`, `access.masked`; when the store refuses.
    pub(super) async fn of(app: &App, sight: Sight, picture: &'p Picture, sort: &Sort) -> Result<Order<'p>> {
        if sort.key == OWNER {
            let (mut sets, named) = (marks::of_owners(app).await?, app.names.now(app).await?);
            let mut members: Vec<(&String, &String)> = named.members.iter().map(|(id, name)| (name, id)).collect();
            members.sort_unstable();
            if sort.descending {
                members.reverse();
            }
            let owners = members.into_iter().map(|(_, id)| (id.clone(), sets.remove(id).unwrap_or_default()));
            return Ok(Order { picture, by: By::Owners(owners.collect()) });
        }
        Walls::of(sight, picture).ask(&sort.key)?;
        picture.expect(&sort.key)?;
        Ok(Order { picture, by: By::Column(lake::Sort { by: sort.key.clone(), descending: sort.descending }) })
    }

    /// So many of a set from the beginning; only as much is sorted as is shown.
    pub(super) fn page(&self, who: &Bits, limit: usize) -> Vec<CustomerKey> {
        match &self.by {
            By::Column(sort) => self.picture.run.page(Some(sort), Some(who), 0, limit),
            By::Owners(owners) => groups(owners, who, limit),
        }
    }

    /// So many of a set behind a place.
    pub(super) fn after(&self, who: &Bits, place: &Place, limit: usize) -> Vec<CustomerKey> {
        let owners = match &self.by {
            By::Column(sort) => return self.picture.run.page_after(sort, who, place, limit),
            By::Owners(owners) => owners,
        };
        let At::Text(owner) = &place.value else { return self.page(who, limit) };
        let at = match owners.iter().position(|(id, _)| id == owner) {
            Some(at) => at,
            None if owner == NONE => owners.len(),
            // of somebody who is no more: from the beginning
            None => return self.page(who, limit),
        };
        let (before, rest) = owners.split_at(at);
        let mut left = who.clone();
        for (_, set) in before {
            left.and_not(&marks::bits(set, who.len()));
        }
        // equal ones stand by number: of the first group those up to the customer were shown
        if let Some(customer) = place.customer {
            let first = rest.first().map_or_else(|| left.clone(), |(_, set)| marks::bits(set, who.len()));
            let shown = first.iter().take_while(|i| *i <= customer.0 as usize).map(|i| CustomerKey(i as u32));
            left.and_not(&Bits::of(shown, who.len()));
        }
        groups(rest, &left, limit)
    }

    /// The place of a customer.
    pub(super) fn place(&self, customer: CustomerKey) -> Option<Place> {
        match &self.by {
            By::Column(sort) => self.picture.run.place(sort, customer),
            By::Owners(owners) => {
                let owner = owners.iter().find(|(_, set)| set.holds(customer)).map_or(NONE, |(id, _)| id.as_str());
                Some(Place { value: At::Text(owner.to_owned()), customer: Some(customer) })
            }
        }
    }
}

/// So many of a set group by group, each by number; those of no group last.
fn groups(owners: &[(String, Arc<Set>)], who: &Bits, limit: usize) -> Vec<CustomerKey> {
    let (mut rest, mut page) = (who.clone(), Vec::new());
    let mut take = |group: &Bits| {
        let room = limit.saturating_sub(page.len());
        page.extend(group.iter().take(room).map(|i| CustomerKey(i as u32)));
        page.len() < limit
    };
    for (_, set) in owners {
        let mut group = marks::bits(set, rest.len());
        group.and(&rest);
        if !take(&group) {
            return page;
        }
        rest.and_not(&group);
    }
    take(&rest);
    page
}
