//! The tables: their names, and making them where they may be made.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{
        create_table::CreateTableError, delete_table::DeleteTableError,
        describe_table::DescribeTableError,
    },
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, TableDescription, TableStatus,
    },
};

use super::{DynamoStore, OpenError, TableError, errors::store_error};

/// Names have at most 255 characters; the longest of ours has 11.
const PREFIX_MAX: usize = 200;
/// A table is active within seconds.
const ACTIVE_PAUSE: Duration = Duration::from_millis(250);
const ACTIVE_TRIES: u32 = 480;

/// Names of tables.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) messages: String,
    pub(super) reactions: String,
    pub(super) members: String,
    pub(super) orgs: String,
    pub(super) accounts: String,
    pub(super) view_limits: String,
    pub(super) calculation: String,
}

/// A key: its attribute and type.
type Key = (&'static str, ScalarAttributeType);

/// A table: its partition key and, if it has one, its sort key; and its index, if it has one.
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    keys: Vec<Key>,
    index: Option<(&'static str, [Key; 2])>,
}

/// The attribute that is a table's partition key; the name of its index, and that of the index.
pub(super) type PartitionKeys = (&'static str, Option<(&'static str, &'static str)>);

impl Table<'_> {
    /// By which its items and those of its index lie together.
    pub(super) fn partition_keys(&self) -> PartitionKeys {
        let (own, _) = &self.keys[0];
        let index = self.index.as_ref();
        (own, index.map(|(name, [(key, _), _])| (*name, *key)))
    }
}

/// Of `members`: rooms by account, of those who have not left.
pub(super) const JOINED_INDEX: &str = "joined";
/// Of `accounts`: accounts by organisation.
pub(super) const ORG_INDEX: &str = "org";

impl Tables {
    pub(super) fn new(prefix: &str) -> Result<Self, OpenError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if prefix.len() > PREFIX_MAX || !prefix.chars().all(allowed) {
            return Err(OpenError::Prefix { prefix: prefix.to_owned() });
        }
        let name = |table: &str| format!("{prefix}{table}");
        Ok(Self {
            messages: name("messages"),
            reactions: name("reactions"),
            members: name("members"),
            orgs: name("orgs"),
            accounts: name("accounts"),
            view_limits: name("view_limits"),
            calculation: name("calculation"),
        })
    }

    /// Each table of the service.
    pub(super) fn all(&self) -> [Table<'_>; 6] {
        let (n, s) = (ScalarAttributeType::N, ScalarAttributeType::S);
        let number = |name| (name, n.clone());
        let joined = (JOINED_INDEX, ["j", "r"].map(number));
        let of_org = (ORG_INDEX, ["o", "a"].map(number));
        let table = |name, keys: &[Key]| Table { name, keys: keys.to_vec(), index: None };
        [
            table(&self.messages, &["r", "m"].map(number)),
            table(&self.reactions, &[("p", s), number("m")]),
            Table { index: Some(joined), ..table(&self.members, &["r", "a"].map(number)) },
            table(&self.orgs, &[number("o")]),
            Table { index: Some(of_org), ..table(&self.accounts, &[number("a")]) },
            table(&self.view_limits, &[number("o")]),
        ]
    }

    /// The table of the strategy `table`, which the service does without.
    pub(super) fn calculation(&self) -> Table<'_> {
        let keys = ["o", "m"].map(|name| (name, ScalarAttributeType::N));
        Table { name: &self.calculation, keys: keys.to_vec(), index: None }
    }
}

impl DynamoStore {
    /// Makes the tables that are not there, billed by request, and waits until all are active.
    pub async fn create_tables(&self) -> Result<(), TableError> {
        for table in self.tables.all() {
            self.create_table(&table).await?;
        }
        for table in self.tables.all() {
            self.wait_until_active(&table).await?;
        }
        Ok(())
    }

    /// The same for the calculation table.
    pub async fn create_calculation_table(&self) -> Result<(), TableError> {
        self.create_table(&self.tables.calculation()).await?;
        self.wait_until_active(&self.tables.calculation()).await
    }

    /// Deletes the tables, for prefixes that were made for a while.
    pub async fn delete_tables(&self) -> Result<(), TableError> {
        for table in self.tables.all().into_iter().chain([self.tables.calculation()]) {
            match self.patient().delete_table().table_name(table.name).send().await {
                Ok(_) => {}
                Err(error) if is(&error, DeleteTableError::is_resource_not_found_exception) => {}
                Err(error) => return Err(store_error(error).into()),
            }
        }
        Ok(())
    }

    async fn create_table(&self, table: &Table<'_>) -> Result<(), TableError> {
        let of_index = table.index.iter().flat_map(|(_, keys)| keys);
        let mut attributes: Vec<&Key> = table.keys.iter().chain(of_index).collect();
        attributes.sort_unstable_by_key(|(name, _)| *name);
        attributes.dedup();
        let attribute = |(name, kind): &Key| {
            let attribute = AttributeDefinition::builder().attribute_name(*name);
            attribute.attribute_type(kind.clone()).build().expect("name and type are set")
        };
        let sent = self
            .patient()
            .create_table()
            .table_name(table.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(&table.keys)))
            .set_attribute_definitions(Some(attributes.into_iter().map(attribute).collect()))
            .set_global_secondary_indexes(
                table.index.as_ref().map(|(name, keys)| vec![index(name, keys)]),
            )
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if is(&error, CreateTableError::is_resource_in_use_exception) => Ok(()),
            Err(error) => Err(store_error(error).into()),
        }
    }

    async fn wait_until_active(&self, table: &Table<'_>) -> Result<(), TableError> {
        for _ in 0..ACTIVE_TRIES {
            match self.patient().describe_table().table_name(table.name).send().await {
                Ok(output) => {
                    let described =
                        output.table.unwrap_or_else(|| TableDescription::builder().build());
                    check_keys(table, &described)?;
                    if described.table_status() == Some(&TableStatus::Active) {
                        return Ok(());
                    }
                }
                // For a moment after it was made, a table may not be found.
                Err(error) if is(&error, DescribeTableError::is_resource_not_found_exception) => {}
                Err(error) => return Err(store_error(error).into()),
            }
            tokio::time::sleep(ACTIVE_PAUSE).await;
        }
        let after_s = (ACTIVE_PAUSE * ACTIVE_TRIES).as_secs();
        Err(TableError::NotActive { table: table.name.to_owned(), after_s })
    }
}

fn key_schema(keys: &[Key]) -> Vec<KeySchemaElement> {
    let element = |((name, _), role): (&Key, KeyType)| {
        let key = KeySchemaElement::builder().attribute_name(*name).key_type(role);
        key.build().expect("name and role are set")
    };
    keys.iter().zip([KeyType::Hash, KeyType::Range]).map(element).collect()
}

/// Of the keys alone: whatever more an index holds is written and read with it.
fn index(name: &str, keys: &[Key; 2]) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(keys)))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .expect("name and keys are set")
}

/// A table made by an earlier version has no index; its data cannot be listed from the other side.
fn check_keys(table: &Table<'_>, found: &TableDescription) -> Result<(), TableError> {
    let kind = |name: &str| {
        let of_name = found.attribute_definitions().iter().find(|a| a.attribute_name() == name);
        of_name.map(|attribute| attribute.attribute_type().clone())
    };
    let same = |schema: &[KeySchemaElement], keys: &[Key]| {
        schema.len() == keys.len()
            && schema.iter().zip(keys).all(|(found, (name, expected))| {
                found.attribute_name() == *name && kind(name).as_ref() == Some(expected)
            })
    };
    let schema = found.key_schema();
    let indexed = table.index.as_ref().is_none_or(|(name, keys)| {
        let indexes = found.global_secondary_indexes().iter();
        let named = indexes.filter(|index| index.index_name() == Some(*name));
        named.into_iter().any(|index| same(index.key_schema(), keys))
    });
    let names: Vec<_> = schema.iter().map(KeySchemaElement::attribute_name).collect();
    let found = match (same(schema, &table.keys), indexed) {
        (true, true) => return Ok(()),
        (true, false) => format!("{}, without the index it needs", names.join(", ")),
        (false, _) => names.join(", "),
    };
    Err(TableError::OtherKeys { table: table.name.to_owned(), found })
}

fn is<E, R>(error: &SdkError<E, R>, kind: impl Fn(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(kind)
}
