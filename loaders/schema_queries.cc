#include "loaders/schema_queries.h"

#include <fmt/format.h>

#include <utility>

namespace tare {

namespace {

// Schemas of users: not the server's and not tare's.
constexpr const char* kUserSchema =
    "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tare_stamp')";

// What an extension brought is described by the extension and its version.
std::string own(const char* catalog, const char* alias) {
  return fmt::format(
      "{} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{}'::regclass AND d.objid = "
      "{}.oid AND d.deptype = 'e')",
      kUserSchema, catalog, alias);
}

// Privileges in a fixed order; the default ones are written out, because GRANT and REVOKE leave
// them so.
std::string privileges(const char* list, const char* kind, const char* owner) {
  return fmt::format(
      "array_to_string(ARRAY(SELECT entry::text FROM unnest(coalesce({}, acldefault({}, {}))) "
      "entry "
      "ORDER BY 1), ',')",
      list, kind, owner);
}

std::string relation_name() {
  return "quote_ident(n.nspname) || '.' || quote_ident(c.relname)";
}

std::string from_relations() {
  return "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ";
}

std::vector<std::string> table_queries() {
  const std::string mine = own("pg_class", "c");
  return {
      // Replica identity, row security, storage options, tablespace, access method, partitioning.
      "SELECT 'relation', " + relation_name() +
          ", c.relkind::text, c.relpersistence::text, c.relreplident::text, "
          "c.relrowsecurity::text, c.relforcerowsecurity::text, "
          "array_to_string(ARRAY(SELECT unnest(c.reloptions) ORDER BY 1), ','), "
          "coalesce((SELECT array_to_string(ARRAY(SELECT unnest(t.reloptions) ORDER BY 1), ',') "
          "FROM pg_class t WHERE t.oid = c.reltoastrelid), ''), "
          "(SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), "
          "(SELECT amname FROM pg_am a WHERE a.oid = c.relam), "
          "pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), "
          "(SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) "
          "FROM pg_inherits i WHERE i.inhrelid = c.oid), pg_get_userbyid(c.relowner), " +
          privileges("c.relacl", "(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::\"char\"",
                     "c.relowner") +
          " " + from_relations() + "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND " +
          mine,
      // Columns by their visible place: a column that was added and dropped leaves no trace.
      "SELECT 'column', " + relation_name() +
          ", row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), quote_ident(a.attname), "
          "format_type(a.atttypid, a.atttypmod), a.attnotnull::text, "
          "pg_get_expr(x.adbin, x.adrelid), a.attidentity::text, a.attgenerated::text, "
          "(SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation), "
          "coalesce(a.attstattarget, -1)::text, a.attstorage::text, "
          "to_jsonb(a) ->> 'attcompression', array_to_string(a.attoptions, ','), "
          "array_to_string(a.attfdwoptions, ','), array_to_string(a.attacl, ',') " +
          from_relations() +
          "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
          "LEFT JOIN pg_attrdef x ON x.adrelid = c.oid AND x.adnum = a.attnum "
          "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND " +
          mine,
      "SELECT 'view', " + relation_name() + ", pg_get_viewdef(c.oid), c.relispopulated::text " +
          from_relations() + "WHERE c.relkind IN ('v', 'm') AND " + mine,
      "SELECT 'index', " + relation_name() +
          ", pg_get_indexdef(i.indexrelid), i.indisvalid::text, i.indisready::text, "
          "i.indisclustered::text, i.indisreplident::text, "
          "(SELECT spcname FROM pg_tablespace s WHERE s.oid = x.reltablespace), "
          "(SELECT string_agg(coalesce(a.attstattarget, -1)::text, ',' ORDER BY a.attnum) "
          "FROM pg_attribute a WHERE a.attrelid = i.indexrelid) " +
          from_relations() +
          "JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid WHERE " +
          mine,
      "SELECT 'sequence', " + relation_name() +
          ", format_type(s.seqtypid, NULL), s.seqstart::text, s.seqincrement::text, "
          "s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text, "
          "(SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d "
          "JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid "
          "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
          "AND d.deptype IN ('a', 'i') LIMIT 1) " +
          from_relations() + "JOIN pg_sequence s ON s.seqrelid = c.oid WHERE " + mine,
  };
}

// What hangs on tables.
std::vector<std::string> attached_queries() {
  const std::string mine = own("pg_class", "c");
  return {
      "SELECT 'rule', " + relation_name() + ", pg_get_ruledef(r.oid), r.ev_enabled::text " +
          from_relations() +
          "JOIN pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN' AND " + mine,
      "SELECT 'trigger', " + relation_name() + ", pg_get_triggerdef(t.oid), t.tgenabled::text " +
          from_relations() +
          "JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal AND " + mine,
      // The triggers behind foreign keys can be switched off; their names hold identifiers.
      "SELECT 'constraint trigger', " + relation_name() +
          ", quote_ident(k.conname), t.tgfoid::regproc::text, t.tgenabled::text " +
          from_relations() +
          "JOIN pg_trigger t ON t.tgrelid = c.oid JOIN pg_constraint k ON k.oid = t.tgconstraint "
          "WHERE t.tgisinternal AND " +
          mine,
      "SELECT 'policy', " + relation_name() +
          ", quote_ident(p.polname), p.polcmd::text, p.polpermissive::text, "
          "array_to_string(ARRAY(SELECT CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text "
          "END FROM unnest(p.polroles) r ORDER BY 1), ','), "
          "pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) " +
          from_relations() + "JOIN pg_policy p ON p.polrelid = c.oid WHERE " + mine,
  };
}

// What few schemas have, and a rollback forgets most easily.
std::vector<std::string> rare_queries() {
  return {
      "SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description "
      "FROM pg_description d WHERE d.objoid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend e "
      "WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')",
      "SELECT 'cast', format_type(c.castsource, NULL), format_type(c.casttarget, NULL), "
      "c.castfunc::regproc::text, c.castcontext::text, c.castmethod::text FROM pg_cast c "
      "WHERE c.oid >= 16384",
      "SELECT 'operator', o.oid::regoperator::text, o.oprcode::regproc::text, "
      "o.oprrest::regproc::text, o.oprjoin::regproc::text FROM pg_operator o "
      "JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE " +
          own("pg_operator", "o"),
      "SELECT 'operator class', quote_ident(n.nspname) || '.' || quote_ident(o.opcname), "
      "format_type(o.opcintype, NULL), o.opcdefault::text FROM pg_opclass o "
      "JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE " +
          own("pg_opclass", "o"),
      "SELECT 'collation', quote_ident(n.nspname) || '.' || quote_ident(o.collname), "
      "o.collprovider::text, o.collisdeterministic::text FROM pg_collation o "
      "JOIN pg_namespace n ON n.oid = o.collnamespace WHERE " +
          own("pg_collation", "o"),
      "SELECT 'conversion', quote_ident(n.nspname) || '.' || quote_ident(o.conname), "
      "o.conproc::regproc::text FROM pg_conversion o "
      "JOIN pg_namespace n ON n.oid = o.connamespace WHERE " +
          own("pg_conversion", "o"),
      "SELECT 'text search configuration', o.oid::regconfig::text, (SELECT string_agg("
      "m.maptokentype || ':' || m.mapdict::regdictionary, ',' ORDER BY m.maptokentype, m.mapseqno) "
      "FROM pg_ts_config_map m WHERE m.mapcfg = o.oid) FROM pg_ts_config o "
      "JOIN pg_namespace n ON n.oid = o.cfgnamespace WHERE " +
          own("pg_ts_config", "o"),
      "SELECT 'text search dictionary', o.oid::regdictionary::text, o.dictinitoption "
      "FROM pg_ts_dict o JOIN pg_namespace n ON n.oid = o.dictnamespace WHERE " +
          own("pg_ts_dict", "o"),
      "SELECT 'default privileges', quote_ident(pg_get_userbyid(d.defaclrole)), "
      "coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema'), "
      "d.defaclobjtype::text, array_to_string(ARRAY(SELECT entry::text FROM unnest(d.defaclacl) "
      "entry ORDER BY 1), ',') FROM pg_default_acl d",
      "SELECT 'foreign data wrapper', quote_ident(w.fdwname), array_to_string(w.fdwoptions, ',') "
      "FROM pg_foreign_data_wrapper w",
      "SELECT 'foreign server', quote_ident(s.srvname), s.srvtype, s.srvversion "
      "FROM pg_foreign_server s",
      "SELECT 'large objects', count(*)::text FROM pg_largeobject_metadata HAVING count(*) > 0",
      "SELECT 'language', quote_ident(l.lanname) FROM pg_language l WHERE l.oid >= 16384",
      "SELECT 'role membership', m.roleid::regrole::text, m.member::regrole::text "
      "FROM pg_auth_members m WHERE m.roleid >= 16384 OR m.member >= 16384 OR "
      "m.grantor::regrole::text = current_user",
  };
}

std::vector<std::string> object_queries() {
  const std::string type = "quote_ident(n.nspname) || '.' || quote_ident(t.typname)";
  const std::string function = "p.oid::regprocedure::text";
  return {
      "SELECT 'schema', quote_ident(n.nspname), pg_get_userbyid(n.nspowner), " +
          privileges("n.nspacl", "'n'", "n.nspowner") + " FROM pg_namespace n WHERE " + kUserSchema,
      "SELECT 'constraint', coalesce(nullif(k.conrelid, 0)::regclass::text, "
      "format_type(k.contypid, NULL)), quote_ident(k.conname), pg_get_constraintdef(k.oid), "
      "k.convalidated::text, k.conislocal::text FROM pg_constraint k "
      "JOIN pg_namespace n ON n.oid = k.connamespace WHERE " +
          own("pg_constraint", "k"),
      "SELECT 'statistics', pg_get_statisticsobjdef(s.oid), "
      "coalesce(to_jsonb(s) ->> 'stxstattarget', '-1') FROM pg_statistic_ext s "
      "JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE " +
          own("pg_statistic_ext", "s"),
      "SELECT 'function', " + function + ", pg_get_functiondef(p.oid), " +
          "pg_get_userbyid(p.proowner), " + privileges("p.proacl", "'f'", "p.proowner") +
          " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
          "WHERE p.prokind <> 'a' AND " +
          own("pg_proc", "p"),
      "SELECT 'aggregate', " + function +
          ", a.aggtransfn::regproc::text, a.aggfinalfn::regproc::text, "
          "a.aggcombinefn::regproc::text, format_type(a.aggtranstype, NULL), a.agginitval, "
          "p.proparallel::text, pg_get_userbyid(p.proowner), " +
          privileges("p.proacl", "'f'", "p.proowner") +
          " FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid "
          "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE " +
          own("pg_proc", "p"),
      "SELECT 'type', " + type +
          ", t.typtype::text, t.typnotnull::text, t.typdefault, "
          "format_type(nullif(t.typbasetype, 0), t.typtypmod), "
          "(SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) "
          "FROM pg_enum e WHERE e.enumtypid = t.oid), "
          "(SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid), "
          "pg_get_userbyid(t.typowner), " +
          privileges("t.typacl", "'T'", "t.typowner") +
          " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
          "WHERE t.typtype IN ('e', 'd', 'r', 'b') AND t.typelem = 0 AND " +
          own("pg_type", "t"),
      "SELECT 'extension', quote_ident(e.extname), e.extversion, n.nspname FROM pg_extension e "
      "JOIN pg_namespace n ON n.oid = e.extnamespace",
      "SELECT 'setting', CASE s.setdatabase WHEN 0 THEN 'every database' ELSE 'this database' END, "
      "CASE s.setrole WHEN 0 THEN 'every role' ELSE quote_ident(pg_get_userbyid(s.setrole)) END, "
      "entry FROM pg_db_role_setting s, unnest(s.setconfig) entry WHERE s.setdatabase IN (0, "
      "(SELECT oid FROM pg_database WHERE datname = current_database()))",
      "SELECT 'publication', quote_ident(pubname), puballtables::text, pubinsert::text, "
      "pubupdate::text, pubdelete::text, pubtruncate::text, (SELECT string_agg("
      "quote_ident(t.schemaname) || '.' || quote_ident(t.tablename), ',' ORDER BY t.schemaname, "
      "t.tablename) "
      "FROM pg_publication_tables t WHERE t.pubname = p.pubname) FROM pg_publication p",
      "SELECT 'event trigger', quote_ident(evtname), evtevent, evtfoid::regproc::text, "
      "evtenabled::text, array_to_string(evttags, ',') FROM pg_event_trigger",
  };
}

}  // namespace

std::vector<std::string> schema_queries() {
  std::vector<std::string> queries = table_queries();
  for (std::string& query : attached_queries()) queries.push_back(std::move(query));
  for (std::string& query : object_queries()) queries.push_back(std::move(query));
  for (std::string& query : rare_queries()) queries.push_back(std::move(query));
  return queries;
}

}  // namespace tare
