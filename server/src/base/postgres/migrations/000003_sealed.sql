-- What opens data is kept sealed, as the values of variables are: `gcm1:…` under the instance's key, `text:…` until there is one.

alter table environments alter column token_key type text using 'text:' || encode(token_key, 'base64');
update environments set app_password = 'text:' || app_password, query_password = 'text:' || query_password;
