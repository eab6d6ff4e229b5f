// Drops the databases of one prefix, DROP, and takes its roles from the users: a drill's, or a restore's that was cut off.
const fs = require('fs');

const prefix = process.env.DROP;
if (!/^[a-z][a-z0-9-]{0,30}$/.test(prefix || '')) {
  print('DROP: 缺少要删除的前缀 / names no prefix to drop');
  quit(2);
}
if (prefix === process.env.GONGKAI_PREFIX) {
  print(`DROP: ${prefix} 是现用的前缀，不删除 / is the prefix in use and is not dropped`);
  quit(2);
}
const theirs = (db) => db.startsWith(`${prefix}_`);
const admin = new Mongo('mongodb://127.0.0.1:27017/?directConnection=true').getDB('admin');
admin.auth('root', fs.readFileSync('/run/secrets/mongo-root', 'utf8').trim());
const found = admin.adminCommand({ listDatabases: 1, nameOnly: true }).databases.map(({ name }) => name).filter(theirs);
for (const name of found) admin.getSiblingDB(name).dropDatabase();
for (const { user, roles } of admin.getUsers().users) {
  const left = roles.filter(({ db }) => !theirs(db)).map(({ role, db }) => ({ role, db }));
  if (left.length < roles.length) admin.updateUser(user, { roles: left });
}
print(`已删除 / dropped: ${found.join(' ') || '-'}`);
quit(0);
