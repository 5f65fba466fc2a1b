//! Memory: what agents share.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::{AgentId, MemoryId, TeamId};
use crate::domain::memory::{
    Memory, MemoryCategory, MemoryFilter, MemoryTier, MemoryVisibility, NewMemory, PatchMemory, RecallMemory,
    ShareMemory, given,
};
use crate::domain::page::Page;
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};

/// Tags in a list, or in one text between commas. Blank ones, and space around them, are left out of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(pub Vec<String>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            List(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::List(tags) => tags,
            Either::Text(text) => text
                .split([',', '\n'])
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
        }))
    }
}

/// [`NewMemory`], whose tags may be one text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMemoryForm {
    pub content: String,
    #[serde(default)]
    pub tier: Option<MemoryTier>,
    #[serde(default)]
    pub category: Option<MemoryCategory>,
    #[serde(default)]
    pub importance: Option<i64>,
    #[serde(default)]
    pub tags: Tags,
    #[serde(default)]
    pub visibility: Option<MemoryVisibility>,
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    #[serde(default)]
    pub expires_in_seconds: Option<i64>,
}

impl From<NewMemoryForm> for NewMemory {
    fn from(form: NewMemoryForm) -> Self {
        Self {
            content: form.content,
            tier: form.tier.unwrap_or(MemoryTier::ShortTerm),
            category: form.category.unwrap_or(MemoryCategory::Context),
            importance: form.importance.unwrap_or(50),
            tags: form.tags.0,
            visibility: form.visibility,
            team_id: form.team_id,
            agent_id: form.agent_id,
            expires_in_seconds: form.expires_in_seconds,
        }
    }
}

/// [`PatchMemory`], whose tags may be one text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchMemoryForm {
    pub content: Option<String>,
    pub tier: Option<MemoryTier>,
    pub category: Option<MemoryCategory>,
    pub importance: Option<i64>,
    #[serde(deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<Option<i64>>,
}

/// A form's blank field that is named as cleared is a value too, not an absent one.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Tags>, D::Error> {
    Tags::deserialize(deserializer).map(Some)
}

impl From<PatchMemoryForm> for PatchMemory {
    fn from(form: PatchMemoryForm) -> Self {
        Self {
            content: form.content,
            tier: form.tier,
            category: form.category,
            importance: form.importance,
            tags: form.tags.map(|tags| tags.0),
            expires_in_seconds: form.expires_in_seconds,
        }
    }
}

/// The memories, the newest or the most important first.
#[server(name = MemoryList, prefix = "/api/fn", endpoint = "memory/list", protocol = JsonOrForm)]
pub async fn memory_list(#[server(default)] filter: MemoryFilter) -> Result<Page<Memory>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadMemory, memory};
    let (state, by) = door::allowed::<ReadMemory>().await?;
    door::answer(memory::memory_list(&by, &state.db, &filter)).await
}

/// One memory. This does not count as reading.
#[server(name = MemoryGet, prefix = "/api/fn", endpoint = "memory/get", protocol = JsonOrForm)]
pub async fn memory_get(id: MemoryId) -> Result<Memory, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadMemory, memory};
    let (state, by) = door::allowed::<ReadMemory>().await?;
    door::answer(memory::memory_get(&by, &state.db, id)).await
}

/// Stores a memory.
#[server(name = MemoryCreate, prefix = "/api/fn", endpoint = "memory/create", protocol = JsonOrForm)]
pub async fn memory_create(input: NewMemoryForm) -> Result<Memory, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMemory, memory};
    let (state, by) = door::allowed::<WriteMemory>().await?;
    door::answer(async {
        let memory = memory::memory_create(&by, &state.db, input.into()).await?;
        reply::go_to(&format!("/memory/{}?done=stored", memory.id));
        Ok(memory)
    })
    .await
}

/// Changes a memory. `version`: the one that the caller saw; another one is refused.
#[server(name = MemoryPatch, prefix = "/api/fn", endpoint = "memory/patch", protocol = JsonOrForm)]
pub async fn memory_patch(
    id: MemoryId,
    version: Option<i64>,
    input: PatchMemoryForm,
) -> Result<Memory, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMemory, memory};
    let (state, by) = door::allowed::<WriteMemory>().await?;
    door::answer(async {
        let memory = memory::memory_patch(&by, &state.db, id, input.into(), version).await?;
        reply::go_to(&format!("/memory/{id}?done=saved"));
        Ok(memory)
    })
    .await
}

/// Shares a memory with a team, or with the whole workspace.
#[server(name = MemoryShare, prefix = "/api/fn", endpoint = "memory/share", protocol = JsonOrForm)]
pub async fn memory_share(
    id: MemoryId,
    version: Option<i64>,
    #[server(default)] input: ShareMemory,
) -> Result<Memory, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMemory, memory};
    let (state, by) = door::allowed::<WriteMemory>().await?;
    door::answer(async {
        let memory = memory::memory_share(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/memory/{id}?done=shared"));
        Ok(memory)
    })
    .await
}

/// Forgets a memory.
#[server(name = MemoryDelete, prefix = "/api/fn", endpoint = "memory/delete", protocol = JsonOrForm)]
pub async fn memory_delete(id: MemoryId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMemory, memory};
    let (state, by) = door::allowed::<WriteMemory>().await?;
    door::answer(async {
        memory::memory_delete(&by, &state.db, id, version).await?;
        reply::go_to("/memory?done=forgotten");
        Ok(())
    })
    .await
}

/// Recalls memories by their words. What is found counts as read.
#[server(name = MemoryRecall, prefix = "/api/fn", endpoint = "memory/recall", protocol = JsonOrForm)]
pub async fn memory_recall(input: RecallMemory) -> Result<Page<Memory>, AppError> {
    use super::door;
    use crate::server::services::{ctx::WriteMemory, memory};
    let (state, by) = door::allowed::<WriteMemory>().await?;
    door::answer(memory::memory_recall(&by, &state.db, input)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Deserialize)]
    struct Args {
        input: NewMemoryForm,
    }

    #[test]
    fn a_form_and_json_store_the_same() {
        let form = "input[content]=Ada&input[tags]=+hot%2C+new+lead%2C%2C&input[importance]=70&input[teamId]=&_form=x";
        let json = r#"{"input":{"content":"Ada","tags":["hot","new lead"],"importance":70}}"#;
        let form: NewMemory = from_form::<Args>(form).unwrap().input.into();
        let json: NewMemory = from_json::<Args>(json).unwrap().input.into();
        assert_eq!(form, json);
        assert_eq!((form.tier, form.team_id), (MemoryTier::ShortTerm, None));
    }

    #[test]
    fn a_patch_tells_absent_from_null_and_blank_from_cleared() {
        #[derive(Deserialize)]
        struct Args {
            input: PatchMemoryForm,
        }
        let json = |text: &str| PatchMemory::from(from_json::<Args>(text).unwrap().input).expires_in_seconds;
        assert_eq!(json(r#"{"input":{}}"#), None);
        assert_eq!(json(r#"{"input":{"expiresInSeconds":null}}"#), Some(None));
        assert_eq!(json(r#"{"input":{"expiresInSeconds":60}}"#), Some(Some(60)));
        let form = |text: &str| PatchMemory::from(from_form::<Args>(text).unwrap().input);
        let blank = form("input[content]=a&input[tags]=&input[expiresInSeconds]=");
        assert_eq!((blank.tags, blank.expires_in_seconds), (None, None));
        let cleared = form("input[content]=a&_clearable=input[tags]&input[tags]=&input[expiresInSeconds]=60");
        assert_eq!((cleared.tags, cleared.expires_in_seconds), (Some(Vec::new()), Some(Some(60))));
    }
}
