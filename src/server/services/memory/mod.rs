//! Memory: what agents share. An agent sees its own, its teams' and the workspace's, and changes what is its own; people
//! see all, and change it as their role allows. What time and use do is in `upkeep.rs`.
//!
//! The audit trail names a memory and not what it says: the trail has readers who may not see it.

pub mod upkeep;

use super::change::{entry, lost, note, same_version, won};
use super::ctx::{Allowed, ReadMemory, WriteMemory};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, MemoryId, TeamId};
use crate::domain::memory::{
    Memory, MemoryFilter, MemorySort, MemoryVisibility, NewMemory, PatchMemory, RecallMemory, ShareMemory,
    expiry, placed, widened,
};
use crate::domain::page::Page;
use crate::domain::params::{parsed, words_of};
use crate::domain::{AppError, AppResult};
use crate::server::storage::approvals::words;
use crate::server::storage::memory::{MemoryInsert, MemoryKey, MemoryQuery, Reader};
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use validator::Validate;

/// The newest first, or the most important.
pub async fn memory_list(
    allowed: &Allowed<ReadMemory>,
    db: &Db,
    filter: &MemoryFilter,
) -> AppResult<Page<Memory>> {
    filter.validate()?;
    let limit = cursor::limit(filter.limit.as_deref())?;
    let mut errors = Vec::new();
    let sort = parsed("sort", filter.sort.as_deref(), &mut errors).unwrap_or_default();
    let q = words_of("q", filter.q.as_deref(), &mut errors);
    let query = MemoryQuery {
        workspace: allowed.workspace(),
        reader: reader(allowed),
        now: db.now().await?,
        tier: parsed("tier", filter.tier.as_deref(), &mut errors),
        category: parsed("category", filter.category.as_deref(), &mut errors),
        team: parsed("teamId", filter.team_id.as_deref(), &mut errors),
        agent: parsed("agentId", filter.agent_id.as_deref(), &mut errors),
        tag: words_of("tag", filter.tag.as_deref(), &mut errors),
        words: q.as_deref().map(words).unwrap_or_default(),
        sort,
        after: after(sort, filter.cursor.as_deref())?,
        limit,
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let rows = db.read().await?.memory_list(&query).await?;
    Ok(cursor::page(rows, limit, |last| match sort {
        MemorySort::Newest => cursor::time_and_id(last.created_at, last.id.0),
        MemorySort::Importance => cursor::rank_and_time(last.importance, last.created_at, last.id.0),
    }))
}

/// Where the page before ended.
fn after(sort: MemorySort, text: Option<&str>) -> AppResult<Option<MemoryKey>> {
    match sort {
        MemorySort::Newest => {
            let (time, id) = cursor::before_time(text)?;
            Ok(Some(MemoryKey { importance: 0, time, id }))
        }
        MemorySort::Importance => {
            Ok(cursor::before_rank(text)?.map(|(importance, time, id)| MemoryKey { importance, time, id }))
        }
    }
}

pub async fn memory_get(allowed: &Allowed<ReadMemory>, db: &Db, id: MemoryId) -> AppResult<Memory> {
    let now = db.now().await?;
    find(&mut db.read().await?, allowed, id, now).await
}

pub async fn memory_create(allowed: &Allowed<WriteMemory>, db: &Db, input: NewMemory) -> AppResult<Memory> {
    input.validate()?;
    let by = allowed.principal().agent_id();
    if by.is_some() && input.agent_id.is_some() && by != input.agent_id {
        return Err(AppError::forbidden("An agent's token stores what is its agent's own."));
    }
    let (visibility, team, agent) = placed(&input, by)?;
    let mut tx = db.begin().await?;
    if let Some(team) = team {
        is_in_reach(&mut tx, allowed, team).await?;
    }
    if let Some(agent) = input.agent_id {
        let known = tx.agent_get(allowed.workspace(), agent).await?.is_some();
        if !known {
            return Err(AppError::invalid("/agentId", "is no agent of this workspace"));
        }
    }
    let actor = allowed.actor();
    let new = MemoryInsert {
        tier: input.tier,
        category: input.category,
        visibility,
        team,
        agent,
        execution: None,
        content: &input.content,
        tags: &input.tags,
        importance: input.importance,
        created_by: &actor,
        expires_at: expiry(input.tier, input.expires_in_seconds, tx.now())?,
    };
    let id = tx.memory_insert(allowed.workspace(), &new).await?;
    let now = tx.now();
    let memory = find(&mut tx, allowed, id, now).await?;
    let text = format!("Stored a {} memory for {}", named(&memory), audience(&memory));
    record(&mut tx, allowed, "memory.stored", text, &memory, Value::Null);
    tx.commit().await?;
    Ok(memory)
}

/// `if_match`: the version that the caller saw.
pub async fn memory_patch(
    allowed: &Allowed<WriteMemory>,
    db: &Db,
    id: MemoryId,
    input: PatchMemory,
    if_match: Option<i64>,
) -> AppResult<Memory> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let now = tx.now();
    let before = find_own(&mut tx, allowed, id, now).await?;
    same_version(if_match, before.version)?;
    let tier = input.tier.unwrap_or(before.tier);
    let expires_at = match input.expires_in_seconds {
        None if tier == before.tier => before.expires_at,
        asked => expiry(tier, asked.flatten(), now)?,
    };
    let memory = Memory {
        tier,
        expires_at,
        content: input.content.unwrap_or_else(|| before.content.clone()),
        category: input.category.unwrap_or(before.category),
        importance: input.importance.unwrap_or(before.importance),
        tags: input.tags.unwrap_or_else(|| before.tags.clone()),
        ..before.clone()
    };
    if memory == before {
        return Ok(before);
    }
    let fields = changed_fields(&before, &memory);
    let memory = write(&mut tx, allowed, memory).await?;
    let text = format!("Changed a {} memory: {}", named(&memory), fields.join(", "));
    record(&mut tx, allowed, "memory.changed", text, &memory, json!(fields));
    tx.commit().await?;
    Ok(memory)
}

/// Shows a memory to the agents of a team, or to all. `if_match`: the version that the caller saw.
pub async fn memory_share(
    allowed: &Allowed<WriteMemory>,
    db: &Db,
    id: MemoryId,
    input: ShareMemory,
    if_match: Option<i64>,
) -> AppResult<Memory> {
    let mut tx = db.begin().await?;
    let now = tx.now();
    let before = find_own(&mut tx, allowed, id, now).await?;
    same_version(if_match, before.version)?;
    if let Some(team) = input.team_id {
        is_in_reach(&mut tx, allowed, team).await?;
    }
    let (visibility, team_id) = widened(&before, input.team_id)?;
    let memory = write(&mut tx, allowed, Memory { visibility, team_id, ..before }).await?;
    let text = format!("Shared a {} memory with {}", named(&memory), audience(&memory));
    record(&mut tx, allowed, "memory.shared", text, &memory, Value::Null);
    tx.commit().await?;
    Ok(memory)
}

/// `if_match`: the version that the caller saw.
pub async fn memory_delete(
    allowed: &Allowed<WriteMemory>,
    db: &Db,
    id: MemoryId,
    if_match: Option<i64>,
) -> AppResult<()> {
    let mut tx = db.begin().await?;
    let now = tx.now();
    let memory = find_own(&mut tx, allowed, id, now).await?;
    same_version(if_match, memory.version)?;
    won(tx.memory_delete(allowed.workspace(), id, memory.version).await?)?;
    let text = format!("Forgot a {} memory", named(&memory));
    record(&mut tx, allowed, "memory.forgotten", text, &memory, Value::Null);
    tx.commit().await?;
    Ok(())
}

/// A search that counts as reading.
pub async fn memory_recall(
    allowed: &Allowed<WriteMemory>,
    db: &Db,
    input: RecallMemory,
) -> AppResult<Page<Memory>> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let query = MemoryQuery {
        workspace: allowed.workspace(),
        reader: reader(allowed),
        now: tx.now(),
        tier: input.tier,
        category: input.category,
        team: input.team_id,
        agent: None,
        tag: None,
        words: words(&input.query),
        sort: MemorySort::Importance,
        after: None,
        limit: u32::try_from(input.limit).unwrap_or(1),
    };
    let items = tx.memory_recall(&query).await?;
    if let Some(first) = items.first() {
        let ids: Vec<MemoryId> = items.iter().map(|memory| memory.id).collect();
        let text = match ids.len() {
            1 => "Recalled a memory".to_owned(),
            count => format!("Recalled {count} memories"),
        };
        let mut entry = entry(allowed, "memory.recalled", text);
        entry.agent_id = allowed.principal().agent_id();
        entry.result = Some(json!({ "memoryIds": ids }));
        note(&mut tx, Topic::Memory, first.id.0, entry);
        tx.commit().await?;
    }
    Ok(Page { items, next_cursor: None })
}

fn reader<P>(allowed: &Allowed<P>) -> Reader {
    allowed.principal().agent_id().map_or(Reader::Person, Reader::Agent)
}

async fn find<P>(
    conn: &mut Conn,
    allowed: &Allowed<P>,
    id: MemoryId,
    now: DateTime<Utc>,
) -> AppResult<Memory> {
    let found = conn.memory_get(allowed.workspace(), reader(allowed), id, now).await?;
    found.ok_or_else(|| AppError::not_found("memory"))
}

/// One that the caller may change.
async fn find_own(
    tx: &mut Tx,
    allowed: &Allowed<WriteMemory>,
    id: MemoryId,
    now: DateTime<Utc>,
) -> AppResult<Memory> {
    let memory = find(tx, allowed, id, now).await?;
    let by: Option<AgentId> = allowed.principal().agent_id();
    if by.is_some() && by != memory.agent_id {
        return Err(AppError::forbidden("An agent changes only what is its own."));
    }
    Ok(memory)
}

/// A person names any team of the workspace, an agent one that it is in. Others are told from none by nothing.
async fn is_in_reach(tx: &mut Tx, allowed: &Allowed<WriteMemory>, team: TeamId) -> AppResult<()> {
    let (known, refusal) = match allowed.principal().agent_id() {
        Some(agent) => {
            (tx.team_has_member(allowed.workspace(), team, agent).await?, "is no team that this agent is in")
        }
        None => (tx.team_get(allowed.workspace(), team).await?.is_some(), "is no team of this workspace"),
    };
    if known { Ok(()) } else { Err(AppError::invalid("/teamId", refusal)) }
}

/// Writes what changed, and reads it with the names of its team and agent.
async fn write(tx: &mut Tx, allowed: &Allowed<WriteMemory>, memory: Memory) -> AppResult<Memory> {
    tx.memory_update(allowed.workspace(), &memory).await?.ok_or_else(lost)?;
    let now = tx.now();
    find(tx, allowed, memory.id, now).await
}

fn record(
    tx: &mut Tx,
    allowed: &Allowed<WriteMemory>,
    event: &'static str,
    text: String,
    memory: &Memory,
    fields: Value,
) {
    let entry: AuditEntry = entry(allowed, event, text);
    let mut result = json!({
        "memoryId": memory.id, "version": memory.version, "tier": memory.tier, "visibility": memory.visibility,
    });
    if !fields.is_null() {
        result["fields"] = fields;
    }
    let entry =
        AuditEntry { team_id: memory.team_id, agent_id: memory.agent_id, result: Some(result), ..entry };
    note(tx, Topic::Memory, memory.id.0, entry);
}

/// Its tier in words: "short-term".
fn named(memory: &Memory) -> String {
    memory.tier.as_str().replace('_', "-")
}

fn audience(memory: &Memory) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "nobody".to_owned());
    match memory.visibility {
        MemoryVisibility::Workspace => "the whole workspace".to_owned(),
        MemoryVisibility::Team => format!("the team {}", name(&memory.team_name)),
        MemoryVisibility::Agent => format!("the agent {}", name(&memory.agent_name)),
    }
}

fn changed_fields(before: &Memory, after: &Memory) -> Vec<&'static str> {
    [
        ("content", before.content != after.content),
        ("tier", before.tier != after.tier),
        ("category", before.category != after.category),
        ("importance", before.importance != after.importance),
        ("tags", before.tags != after.tags),
        ("expiry", before.expires_at != after.expires_at),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}
