//! Host names of managed databases, caches and queues: what names one names someone's data.

use super::Holds;

/// A managed service's host in a text, and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Managed<'a> {
    pub(crate) host: &'a str,
    pub(crate) holds: Holds,
}

/// How the hosts end, and the page that says so.
const HOSTS: &[(&str, Holds)] = &[
    // https://docs.digitalocean.com/products/databases/postgresql/how-to/connect/; other engines have the same hosts
    (".db.ondigitalocean.com", Holds::Database),
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ConnectToInstance.html
    (".rds.amazonaws.com", Holds::Database),
    (".rds.amazonaws.com.cn", Holds::Database),
    // https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-to-cluster.html
    (".redshift.amazonaws.com", Holds::Database),
    (".redshift-serverless.amazonaws.com", Holds::Database),
    // https://docs.aws.amazon.com/documentdb/latest/developerguide/endpoints.html
    (".docdb.amazonaws.com", Holds::Other),
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
    (".cache.amazonaws.com", Holds::Other),
    (".memorydb.amazonaws.com", Holds::Other),
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createupdatedomains.html
    (".es.amazonaws.com", Holds::Other),
    (".aoss.amazonaws.com", Holds::Other),
    // https://neon.com/docs/connect/connect-from-any-app
    (".neon.tech", Holds::Database),
    // https://supabase.com/docs/guides/database/connecting-to-postgres
    (".pooler.supabase.com", Holds::Database),
    (".supabase.co", Holds::Database),
    // https://planetscale.com/docs/vitess/connecting/connection-strings
    (".psdb.cloud", Holds::Database),
    // https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-public
    (".postgres.database.azure.com", Holds::Database),
    (".mysql.database.azure.com", Holds::Database),
    (".mariadb.database.azure.com", Holds::Database),
    // https://learn.microsoft.com/azure/azure-sql/database/connectivity-architecture
    (".database.windows.net", Holds::Database),
    // https://learn.microsoft.com/azure/cosmos-db/concepts-limits, …/azure-cache-for-redis, …/service-bus-messaging
    (".documents.azure.com", Holds::Other),
    (".cosmos.azure.com", Holds::Other),
    (".redis.cache.windows.net", Holds::Other),
    (".redis.azure.net", Holds::Other),
    (".servicebus.windows.net", Holds::Other),
    (".search.windows.net", Holds::Other),
    // https://aiven.io/docs/platform/concepts/service-ip-address: every engine's host
    (".aivencloud.com", Holds::Database),
    // https://www.cockroachlabs.com/docs/cockroachcloud/connect-to-your-cluster
    (".cockroachlabs.cloud", Holds::Database),
    // https://render.com/docs/postgresql-creating-connecting
    ("-postgres.render.com", Holds::Database),
    ("-keyvalue.render.com", Holds::Other),
    ("-redis.render.com", Holds::Other),
    // https://docs.railway.com/reference/tcp-proxy
    (".proxy.rlwy.net", Holds::Database),
    (".railway.internal", Holds::Database),
    // https://fly.io/docs/mpg/, https://fly.io/docs/networking/flycast/
    (".flympg.net", Holds::Database),
    (".flycast", Holds::Database),
    // https://docs.timescale.com/integrations/latest/find-connection-details/
    (".tsdb.cloud.timescale.com", Holds::Database),
    (".timescaledb.io", Holds::Database),
    // https://docs.pingcap.com/tidbcloud/connect-to-tidb-cluster-serverless
    (".tidbcloud.com", Holds::Database),
    // https://www.prisma.io/docs/postgres, https://www.prisma.io/docs/accelerate
    (".prisma-data.net", Holds::Database),
    (".prisma.io", Holds::Database),
    // https://docs.crunchybridge.com/
    (".db.postgresbridge.com", Holds::Database),
    (".crunchybridge.com", Holds::Database),
    // https://docs.yugabyte.com/stable/yugabyte-cloud/cloud-connect/
    (".ybdb.io", Holds::Database),
    (".yugabyte.cloud", Holds::Database),
    // https://www.elephantsql.com/docs/, https://devcenter.heroku.com/articles/jawsdb
    (".elephantsql.com", Holds::Database),
    (".cleardb.net", Holds::Database),
    (".jawsdb.com", Holds::Database),
    // https://docs.turso.tech/sdk/introduction
    (".turso.io", Holds::Database),
    // https://docs.singlestore.com/cloud/connect-to-singlestore/
    (".svc.singlestore.com", Holds::Database),
    // https://docs.vultr.com/products/databases, https://www.linode.com/docs/products/databases/
    (".vultrdb.com", Holds::Database),
    (".g2a.akamaidb.net", Holds::Database),
    (".linodedb.net", Holds::Database),
    // https://www.scaleway.com/en/docs/managed-databases-for-postgresql-and-mysql/
    (".rdb.fr-par.scw.cloud", Holds::Database),
    (".rdb.nl-ams.scw.cloud", Holds::Database),
    (".rdb.pl-waw.scw.cloud", Holds::Database),
    // https://help.ovhcloud.com/csm/en-public-cloud-databases
    (".database.cloud.ovh.net", Holds::Database),
    (".database.cloud.ovh.us", Holds::Database),
    // https://docs.oracle.com/en/cloud/paas/autonomous-database/
    (".oraclecloud.com", Holds::Database),
    (".oraclecloudapps.com", Holds::Database),
    // https://docs.snowflake.com/en/user-guide/admin-account-identifier
    (".snowflakecomputing.com", Holds::Other),
    // https://clickhouse.com/docs/cloud/guides/sql-console/gather-connection-details
    (".clickhouse.cloud", Holds::Other),
    // https://www.mongodb.com/docs/manual/reference/connection-string/
    (".mongodb.net", Holds::Other),
    (".mlab.com", Holds::Other),
    // https://upstash.com/docs/redis/howto/connectclient
    (".upstash.io", Holds::Other),
    // https://redis.io/docs/latest/operate/rc/databases/connect/
    (".redislabs.com", Holds::Other),
    (".redis-cloud.com", Holds::Other),
    (".redns.redis-cloud.com", Holds::Other),
    // https://www.cloudamqp.com/docs/
    (".cloudamqp.com", Holds::Other),
    // https://docs.confluent.io/cloud/current/client-apps/overview.html
    (".confluent.cloud", Holds::Other),
    // https://www.elastic.co/docs/deploy-manage/deploy/elastic-cloud/
    (".es.io", Holds::Other),
    (".elastic-cloud.com", Holds::Other),
    (".elastic.cloud", Holds::Other),
    (".found.io", Holds::Other),
    // https://bonsai.io/docs/
    (".bonsaisearch.net", Holds::Other),
    // https://www.memcachier.com/documentation
    (".memcachier.com", Holds::Other),
    // https://neo4j.com/docs/aura/, https://docs.datastax.com/en/astra-db-serverless/
    (".databases.neo4j.io", Holds::Other),
    (".astra.datastax.com", Holds::Other),
    // https://qdrant.tech/documentation/cloud/, https://docs.pinecone.io/, https://docs.weaviate.io/cloud
    (".cloud.qdrant.io", Holds::Other),
    (".pinecone.io", Holds::Other),
    (".weaviate.network", Holds::Other),
    (".weaviate.cloud", Holds::Other),
    // https://firebase.google.com/docs/database/web/start
    (".firebaseio.com", Holds::Other),
    (".firebasedatabase.app", Holds::Other),
    // https://instaclustr.com/support/documentation/, https://help.scalegrid.io/
    (".instaclustr.com", Holds::Other),
    (".servers.mongodirector.com", Holds::Other),
];

/// Regional names, with the region between the service and the vendor: `db.abc.mq.eu-west-1.amazonaws.com`.
const REGIONAL: &[(&str, &str, Holds)] = &[
    // https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-basic-elements-broker.html
    (".mq.", ".amazonaws.com", Holds::Other),
    // https://docs.aws.amazon.com/msk/latest/developerguide/msk-get-bootstrap-brokers.html
    (".kafka.", ".amazonaws.com", Holds::Other),
    // https://docs.aws.amazon.com/aurora-dsql/latest/userguide/getting-started.html
    (".dsql.", ".on.aws", Holds::Database),
    // https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-using-elastic-clusters.html
    (".docdb-elastic.", ".amazonaws.com", Holds::Other),
];

/// Names of a vendor's own pages.
const PAGES: [&str; 12] = [
    "www",
    "docs",
    "doc",
    "api",
    "app",
    "console",
    "cloud",
    "dashboard",
    "status",
    "help",
    "support",
    "blog",
];

/// Cloud SQL's Unix socket: <https://cloud.google.com/sql/docs/postgres/connect-run#connect_to>
const CLOUD_SQL: &str = "/cloudsql/";

/// The first managed service that a text names.
pub(crate) fn managed(text: &str) -> Option<Managed<'_>> {
    if let Some(at) = text.find(CLOUD_SQL) {
        let host = text[at..]
            .split(|c: char| c.is_whitespace() || "'\"&;?".contains(c))
            .next();
        return host.filter(|host| host.len() > CLOUD_SQL.len()).map(|host| Managed {
            host,
            holds: Holds::Database,
        });
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    text.split(|c: char| !is_part(c))
        .map(|host| host.trim_matches(['.', '-', '_']))
        .filter(|host| host.contains('.'))
        .find_map(|host| holds(&host.to_ascii_lowercase()).map(|holds| Managed { host, holds }))
}

fn holds(host: &str) -> Option<Holds> {
    let of_a_customer = |rest: &str| !rest.is_empty() && !PAGES.contains(&rest);
    let ends = |(ending, holds): &(&str, Holds)| {
        let rest = host.strip_suffix(ending)?;
        of_a_customer(rest).then_some(*holds)
    };
    let regional = |(service, vendor, holds): &(&str, &str, Holds)| {
        let rest = host.strip_suffix(vendor)?;
        let (before, region) = rest.rsplit_once(service)?;
        (of_a_customer(before) && !region.contains('.')).then_some(*holds)
    };
    HOSTS
        .iter()
        .find_map(ends)
        .or_else(|| REGIONAL.iter().find_map(regional))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_hosts_are_known_wherever_they_stand() {
        for (text, host) in [
            (
                "shop-do-user-1-0.b.db.ondigitalocean.com",
                "shop-do-user-1-0.b.db.ondigitalocean.com",
            ),
            (
                "postgres://u:p@x.abc123.eu-west-1.RDS.amazonaws.com:5432/d",
                "x.abc123.eu-west-1.RDS.amazonaws.com",
            ),
            (
                "--db ep-cool-1.us-east-2.aws.neon.tech --port 5432",
                "ep-cool-1.us-east-2.aws.neon.tech",
            ),
            ("aws-0-eu.pooler.supabase.com:5432", "aws-0-eu.pooler.supabase.com"),
            ("https://abc.supabase.co", "abc.supabase.co"),
            ("mongodb+srv://u:p@shop.ab1.mongodb.net/x", "shop.ab1.mongodb.net"),
            ("https://eu1-cat-1.upstash.io", "eu1-cat-1.upstash.io"),
            (
                "redis-1.c1.eu-1-1.ec2.redns.redis-cloud.com:123",
                "redis-1.c1.eu-1-1.ec2.redns.redis-cloud.com",
            ),
            ("u:p@tcp(aws.connect.psdb.cloud)/shop", "aws.connect.psdb.cloud"),
            (
                "Server=tcp:shop.database.windows.net,1433;",
                "shop.database.windows.net",
            ),
            ("host=/cloudsql/p:eu:i dbname=x", "/cloudsql/p:eu:i"),
            ("pg-1-shop.a.aivencloud.com", "pg-1-shop.a.aivencloud.com"),
            (
                "cat-1.j77.aws-eu.cockroachlabs.cloud",
                "cat-1.j77.aws-eu.cockroachlabs.cloud",
            ),
            (
                "dpg-abc-a.oregon-postgres.render.com",
                "dpg-abc-a.oregon-postgres.render.com",
            ),
            (
                "b-1.shop.mq.eu-west-1.amazonaws.com",
                "b-1.shop.mq.eu-west-1.amazonaws.com",
            ),
        ] {
            assert_eq!(managed(text).map(|it| it.host), Some(host), "{text}");
        }
    }

    #[test]
    fn pages_of_the_vendors_and_other_hosts_hold_nothing() {
        for text in [
            "https://shop.ondigitalocean.app",
            "https://nyc3.digitaloceanspaces.com",
            "https://neon.tech/docs",
            "https://console.neon.tech",
            "https://www.mongodb.com",
            "s3.eu-west-1.amazonaws.com",
            "localhost:5432",
            "/cloudsql/",
            "gpt-4.1-mini",
        ] {
            assert_eq!(managed(text), None, "{text}");
        }
    }
}
