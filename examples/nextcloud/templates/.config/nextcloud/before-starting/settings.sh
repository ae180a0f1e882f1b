#!/bin/sh
# What the image sets only when it installs follows config.yml at each start.
set -e
php /var/www/html/occ config:system:set trusted_domains 1 --value="$NEXTCLOUD_TRUSTED_DOMAINS"
php /var/www/html/occ background:cron
