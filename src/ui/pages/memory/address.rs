//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::ids::{AgentId, TeamId};
use crate::domain::memory::{MemoryCategory, MemoryFilter, MemorySort, MemoryTier};
use crate::ui::components::FilterChip;
use crate::ui::pages::address::with_query;
use crate::ui::pages::whose::Whose;
use crate::ui::words::human;

use super::words::tier_name;

/// Where the list lives.
pub const PATH: &str = "/memory";
const PAGE_SIZE: &str = "50";

/// The filter that an address names. What names nothing is left out.
pub fn from_query(query: &ParamsMap) -> MemoryFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    MemoryFilter {
        tier: get("tier").filter(|tier| tier.parse::<MemoryTier>().is_ok()),
        category: get("category").filter(|category| category.parse::<MemoryCategory>().is_ok()),
        team_id: get("teamId").filter(|id| id.parse::<TeamId>().is_ok()),
        agent_id: get("agentId").filter(|id| id.parse::<AgentId>().is_ok()),
        tag: get("tag"),
        q: get("q"),
        sort: get("sort").filter(|sort| sort.parse() == Ok(MemorySort::Importance)),
        limit: Some(PAGE_SIZE.to_owned()),
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &MemoryFilter) -> String {
    let parts = [
        ("q", &filter.q),
        ("tier", &filter.tier),
        ("category", &filter.category),
        ("teamId", &filter.team_id),
        ("agentId", &filter.agent_id),
        ("tag", &filter.tag),
        ("sort", &filter.sort),
        ("cursor", &filter.cursor),
    ];
    with_query(PATH, parts)
}

/// The address of everything with a tag.
pub fn tagged(tag: &str) -> String {
    href(&MemoryFilter { tag: Some(tag.to_owned()), ..MemoryFilter::default() })
}

/// The filters in force, each with the address without it. The order is none of them.
pub fn chips(filter: &MemoryFilter, whose: &Whose) -> Vec<FilterChip> {
    let base = MemoryFilter { cursor: None, ..filter.clone() };
    let mut chips = Vec::new();
    let mut add = |label: &str, value: Option<String>, without: MemoryFilter| {
        if let Some(value) = value {
            chips.push(FilterChip { label: label.to_owned(), value, remove_href: href(&without) });
        }
    };
    let tier = base.tier.as_deref().and_then(|tier| tier.parse().ok()).map(|tier| tier_name(tier).to_owned());
    add("Words", base.q.clone(), MemoryFilter { q: None, ..base.clone() });
    add("Tier", tier, MemoryFilter { tier: None, ..base.clone() });
    add("Category", base.category.as_deref().map(human), MemoryFilter { category: None, ..base.clone() });
    add(
        "Team",
        base.team_id.as_deref().map(|id| whose.team(id)),
        MemoryFilter { team_id: None, ..base.clone() },
    );
    add(
        "Agent",
        base.agent_id.as_deref().map(|id| whose.agent(id)),
        MemoryFilter { agent_id: None, ..base.clone() },
    );
    add("Tag", base.tag.clone(), MemoryFilter { tag: None, ..base.clone() });
    chips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in
            [("tier", "long_term"), ("q", "a & b"), ("tag", "hot"), ("cursor", ""), ("done", "forgotten")]
        {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/memory?q=a+%26+b&tier=long_term&tag=hot");
        let chips = chips(&filter, &Whose::default());
        let removed: Vec<_> = chips.iter().map(|chip| chip.remove_href.as_str()).collect();
        assert_eq!(
            removed,
            [
                "/memory?tier=long_term&tag=hot",
                "/memory?q=a+%26+b&tag=hot",
                "/memory?q=a+%26+b&tier=long_term"
            ]
        );
        let mut unknown = ParamsMap::new();
        for (name, value) in
            [("tier", "x"), ("category", "x"), ("teamId", "x"), ("agentId", "x"), ("sort", "newest")]
        {
            unknown.insert(name, value.to_owned());
        }
        assert_eq!(href(&from_query(&unknown)), "/memory");
    }
}
