//! In which order customers are listed: by a column of the run, by who looks after them, or by how well
//! what is looked for fits.

use super::{Picture, customers::{Listing, Sort, found}, marks::{self, NONE}};
use crate::{Result, app::App, finder::Fit, sight::{Sight, Walls}};
use domain::CustomerKey;
use lake::{At, Bits, Place};
use std::sync::Arc;
use store::mark::Set;

/// Sorts by who looks after them: members by name; customers without one come last, whatever the direction.
pub const OWNER: &str = "owner";

/// Sorts by how well what is looked for fits: who is called so, whose name begins so, then the rest; of each the usual order.
pub const MATCH: &str = "match";

/// An order there is.
pub(super) struct Order<'p> {
    picture: &'p Picture,
    by: By,
}

enum By {
    Column(lake::Sort),
    Groups(Groups),
}

/// Sets one after the other, and at last whoever is in none.
struct Groups {
    sets: Vec<(String, Arc<Set>)>,
    /// of a group by this column; else by number
    within: Option<lake::Sort>,
}

impl<'p> Order<'p> {
    /// What a list is to be sorted by.
    ///
    /// # Errors
    /// `feature.not_found`, `access.masked`; when the store refuses.
    pub(super) async fn of(app: &App, sight: Sight, picture: &'p Picture, listing: &Listing) -> Result<Order<'p>> {
        let sort = &listing.sort;
        if sort.key == OWNER {
            let (mut sets, named) = (marks::of_owners(app).await?, app.names.now(app).await?);
            let mut members: Vec<(&String, &String)> = named.members.iter().map(|(id, name)| (name, id)).collect();
            members.sort_unstable();
            if sort.descending {
                members.reverse();
            }
            let sets = members.into_iter().map(|(_, id)| (id.clone(), sets.remove(id).unwrap_or_default())).collect();
            return Ok(Order { picture, by: By::Groups(Groups { sets, within: None }) });
        }
        let usual = Sort::default();
        let by = if sort.key == MATCH { &usual } else { sort };
        Walls::of(sight, picture).ask(&by.key)?;
        picture.expect(&by.key)?;
        let column = lake::Sort { by: by.key.clone(), descending: by.descending };
        let by = match listing.filter.search.as_deref().filter(|_| sort.key == MATCH) {
            None => By::Column(column),
            Some(text) => {
                let (mut whole, mut start) = (Set::default(), Set::default());
                for (key, fit) in found(app, sight, text).await? {
                    match fit {
                        Fit::Whole => whole.insert(key),
                        Fit::Start => start.insert(key),
                        Fit::Within => {}
                    }
                }
                let sets = vec![("whole".to_owned(), Arc::new(whole)), ("start".to_owned(), Arc::new(start))];
                By::Groups(Groups { sets, within: Some(column) })
            }
        };
        Ok(Order { picture, by })
    }

    /// So many of a set from the beginning; only as much is sorted as is shown.
    pub(super) fn page(&self, who: &Bits, limit: usize) -> Vec<CustomerKey> {
        match &self.by {
            By::Column(sort) => self.picture.run.page(Some(sort), Some(who), 0, limit),
            By::Groups(groups) => self.grouped(&groups.sets, groups, who, None, limit),
        }
    }

    /// So many of a set behind a place.
    pub(super) fn after(&self, who: &Bits, place: &Place, limit: usize) -> Vec<CustomerKey> {
        let groups = match &self.by {
            By::Column(sort) => return self.picture.run.page_after(sort, who, place, limit),
            By::Groups(groups) => groups,
        };
        let At::Text(group) = &place.value else { return self.page(who, limit) };
        let at = match groups.sets.iter().position(|(id, _)| id == group) {
            Some(at) => at,
            None if group == NONE => groups.sets.len(),
            // of somebody who is no more: from the beginning
            None => return self.page(who, limit),
        };
        let (before, rest) = groups.sets.split_at(at);
        let mut left = who.clone();
        for (_, set) in before {
            left.and_not(&marks::bits(set, who.len()));
        }
        self.grouped(rest, groups, &left, place.customer, limit)
    }

    /// So many of a set group by group; those of no group last. Of the first group those behind `after`.
    fn grouped(&self, sets: &[(String, Arc<Set>)], groups: &Groups, who: &Bits, after: Option<CustomerKey>, limit: usize) -> Vec<CustomerKey> {
        let (mut rest, mut page, mut after) = (who.clone(), Vec::new(), after);
        for (_, set) in sets {
            let mut group = marks::bits(set, rest.len());
            group.and(&rest);
            page.extend(self.within(groups, &group, after.take(), limit.saturating_sub(page.len())));
            if page.len() >= limit {
                return page;
            }
            rest.and_not(&group);
        }
        page.extend(self.within(groups, &rest, after.take(), limit.saturating_sub(page.len())));
        page
    }

    /// So many of one group.
    fn within(&self, groups: &Groups, group: &Bits, after: Option<CustomerKey>, limit: usize) -> Vec<CustomerKey> {
        let Some(sort) = &groups.within else {
            // equal ones stand by number: those up to the customer were shown
            return group.iter().map(|i| CustomerKey(i as u32)).skip_while(|key| after.is_some_and(|last| *key <= last)).take(limit).collect();
        };
        match after.and_then(|key| self.picture.run.place(sort, key)) {
            Some(place) => self.picture.run.page_after(sort, group, &place, limit),
            None => self.picture.run.page(Some(sort), Some(group), 0, limit),
        }
    }

    /// The place of a customer.
    pub(super) fn place(&self, customer: CustomerKey) -> Option<Place> {
        match &self.by {
            By::Column(sort) => self.picture.run.place(sort, customer),
            By::Groups(groups) => {
                let group = groups.sets.iter().find(|(_, set)| set.holds(customer)).map_or(NONE, |(id, _)| id.as_str());
                Some(Place { value: At::Text(group.to_owned()), customer: Some(customer) })
            }
        }
    }
}
