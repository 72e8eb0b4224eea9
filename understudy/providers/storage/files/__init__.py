"""Files that tables are imported from and exported to: on local disks, S3, Google Cloud Storage and Azure."""
