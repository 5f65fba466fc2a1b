//! Data of any shape for reading: keys in words, every value whole, nothing that looks like something else.

use leptos::prelude::*;

use super::revealed_text::{LongText, SegmentKind, segment_views};

/// A value of the data, made by the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataNode {
    /// A text in pieces; see [`super::RevealedText`].
    Text(Vec<(SegmentKind, String)>),
    /// Anything that is not told by its text alone: a number, yes or no, nothing. What is said, and how it is written.
    Word {
        /// "Yes"; empty where what is written says it all.
        said: &'static str,
        /// `true`.
        written: String,
    },
    /// A list, in order.
    List(Vec<DataNode>),
    /// Fields, in order.
    Fields(Vec<DataField>),
}

/// A field of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataField {
    /// Its key in words.
    pub label: String,
    /// Its key in pieces, where the words are not enough to know it.
    pub key: Option<Vec<(SegmentKind, String)>>,
    /// Its value.
    pub value: DataNode,
}

/// What is deeper can be folded away.
const FOLDS: usize = 2;
/// More values than this scroll in a place of their own.
const MANY: usize = 60;

/// Data as a tree of lists. It is open, so that nothing has to be looked for.
#[component]
pub fn DataTree(
    /// What it is: "Action data".
    #[prop(into)]
    label: String,
    /// The data.
    root: DataNode,
) -> impl IntoView {
    let many = size(&root) > MANY;
    let tree = value(&label, root, 0, true);
    // Where it scrolls, the keyboard must reach it.
    view! {
        <div
            role=if many { "region" } else { "group" }
            tabindex=many.then_some("0")
            aria-label=label
            class=if many { "tree max-h-[28rem] overflow-auto rounded-control border border-line p-3" } else { "tree" }
        >
            {tree}
            {many.then(|| view! { <span data-end=""></span> })}
        </div>
    }
}

fn size(node: &DataNode) -> usize {
    match node {
        DataNode::Text(_) | DataNode::Word { .. } => 1,
        DataNode::List(items) => items.iter().map(size).sum::<usize>().max(1),
        DataNode::Fields(fields) => fields.iter().map(|field| size(&field.value)).sum::<usize>().max(1),
    }
}

/// `label` names what scrolls in a place of its own. `told`: how many there are in it has been said.
fn value(label: &str, node: DataNode, depth: usize, told: bool) -> AnyView {
    let count = count(&node).filter(|_| !told);
    match node {
        DataNode::Text(segments) => {
            view! { <LongText label=label.to_owned() segments=segments /> }.into_any()
        }
        DataNode::Word { said: "", written } => view! { <code>{written}</code> }.into_any(),
        DataNode::Word { said, written } => {
            view! { <span>{said}" "</span><code class="text-muted">{written}</code> }.into_any()
        }
        DataNode::List(items) => {
            let items: Vec<_> = items
                .into_iter()
                .map(|item| view! { <li>{value(label, item, depth + 1, false)}</li> })
                .collect();
            folded(count, view! { <ol>{items}</ol> }.into_any(), depth)
        }
        DataNode::Fields(fields) => {
            let fields: Vec<_> = fields.into_iter().map(|of| field(of, depth + 1)).collect();
            folded(count, view! { <dl>{fields}</dl> }.into_any(), depth)
        }
    }
}

fn field(field: DataField, depth: usize) -> AnyView {
    let count = count(&field.value);
    let told = count.is_some() && depth <= FOLDS;
    let class = if count.is_some() { "tree-nested" } else { "" };
    let value = value(&field.label, field.value, depth, told);
    let key = field.key.map(|key| view! { " "<code class="reveal text-xs">{segment_views(key)}</code> });
    view! {
        <div class=class>
            <dt>{field.label}{key}{count.filter(|_| told).map(|count| format!(" · {count}"))}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// How much is in it, where it holds other values.
fn count(node: &DataNode) -> Option<String> {
    let words = |count: usize, one, more| format!("{count} {}", if count == 1 { one } else { more });
    match node {
        DataNode::List(items) => Some(words(items.len(), "entry", "entries")),
        DataNode::Fields(fields) => Some(words(fields.len(), "field", "fields")),
        DataNode::Text(_) | DataNode::Word { .. } => None,
    }
}

/// What is inside, under how much it is.
fn folded(count: Option<String>, inside: AnyView, depth: usize) -> AnyView {
    match count {
        None => inside,
        Some(count) if depth > FOLDS => view! {
            <details open=true>
                <summary class="link text-sm">{count}</summary>
                {inside}
            </details>
        }
        .into_any(),
        Some(count) => view! { <p class="text-sm text-muted">{count}</p> {inside} }.into_any(),
    }
}
