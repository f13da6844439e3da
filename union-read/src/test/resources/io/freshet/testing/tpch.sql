SELECT returnflag, linestatus, sum(quantity), sum(extendedprice * (1 - discount)), sum(extendedprice * (1 - discount) * (1 + tax)), count(*)
FROM lineitem WHERE shipdate <= DATE '1998-12-01' - INTERVAL '90' DAY GROUP BY returnflag, linestatus ORDER BY 1, 2;
SELECT s.acctbal, s.name, n.name, p.partkey, p.mfgr, s.address, s.phone, s.comment
FROM part p, supplier s, partsupp ps, nation n, region r
WHERE p.partkey = ps.partkey AND s.suppkey = ps.suppkey AND p.size = 15 AND p.type LIKE '%BRASS' AND s.nationkey = n.nationkey
  AND n.regionkey = r.regionkey AND r.name = 'EUROPE' AND ps.supplycost = (
    SELECT min(ps.supplycost) FROM partsupp ps, supplier s, nation n, region r
    WHERE p.partkey = ps.partkey AND s.suppkey = ps.suppkey AND s.nationkey = n.nationkey AND n.regionkey = r.regionkey AND r.name = 'EUROPE');
SELECT l.orderkey, sum(l.extendedprice * (1 - l.discount)) revenue, o.orderdate, o.shippriority
FROM customer c, orders o, lineitem l
WHERE c.mktsegment = 'BUILDING' AND c.custkey = o.custkey AND l.orderkey = o.orderkey AND o.orderdate < DATE '1995-03-15' AND l.shipdate > DATE '1995-03-15'
GROUP BY l.orderkey, o.orderdate, o.shippriority ORDER BY revenue DESC, o.orderdate, l.orderkey LIMIT 10;
SELECT orderpriority, count(*) FROM orders o
WHERE orderdate >= DATE '1993-07-01' AND orderdate < DATE '1993-10-01' AND EXISTS (SELECT * FROM lineitem l WHERE l.orderkey = o.orderkey AND commitdate < receiptdate)
GROUP BY orderpriority;
SELECT n.name, sum(l.extendedprice * (1 - l.discount)) FROM customer c, orders o, lineitem l, supplier s, nation n, region r
WHERE c.custkey = o.custkey AND l.orderkey = o.orderkey AND l.suppkey = s.suppkey AND c.nationkey = s.nationkey AND s.nationkey = n.nationkey
  AND n.regionkey = r.regionkey AND r.name = 'ASIA' AND o.orderdate >= DATE '1994-01-01' AND o.orderdate < DATE '1995-01-01' GROUP BY n.name;
SELECT sum(extendedprice * discount) FROM lineitem
WHERE shipdate >= DATE '1994-01-01' AND shipdate < DATE '1995-01-01' AND discount BETWEEN 0.05e0 AND 0.07e0 AND quantity < 24;
SELECT supp_nation, cust_nation, l_year, sum(volume) FROM (
  SELECT n1.name supp_nation, n2.name cust_nation, year(l.shipdate) l_year, l.extendedprice * (1 - l.discount) volume
  FROM supplier s, lineitem l, orders o, customer c, nation n1, nation n2
  WHERE s.suppkey = l.suppkey AND o.orderkey = l.orderkey AND c.custkey = o.custkey AND s.nationkey = n1.nationkey AND c.nationkey = n2.nationkey
    AND ((n1.name = 'FRANCE' AND n2.name = 'GERMANY') OR (n1.name = 'GERMANY' AND n2.name = 'FRANCE')) AND l.shipdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31')
GROUP BY 1, 2, 3;
SELECT o_year, sum(CASE WHEN nation = 'BRAZIL' THEN volume ELSE 0 END) / sum(volume) FROM (
  SELECT year(o.orderdate) o_year, l.extendedprice * (1 - l.discount) volume, n2.name nation
  FROM part p, supplier s, lineitem l, orders o, customer c, nation n1, nation n2, region r
  WHERE p.partkey = l.partkey AND s.suppkey = l.suppkey AND l.orderkey = o.orderkey AND o.custkey = c.custkey AND c.nationkey = n1.nationkey
    AND n1.regionkey = r.regionkey AND r.name = 'AMERICA' AND s.nationkey = n2.nationkey AND o.orderdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
    AND p.type = 'ECONOMY ANODIZED STEEL') GROUP BY o_year;
SELECT nation, o_year, sum(amount) FROM (
  SELECT n.name nation, year(o.orderdate) o_year, l.extendedprice * (1 - l.discount) - ps.supplycost * l.quantity amount
  FROM part p, supplier s, lineitem l, partsupp ps, orders o, nation n
  WHERE s.suppkey = l.suppkey AND ps.suppkey = l.suppkey AND ps.partkey = l.partkey AND p.partkey = l.partkey AND o.orderkey = l.orderkey
    AND s.nationkey = n.nationkey AND p.name LIKE '%green%') GROUP BY nation, o_year;
SELECT c.custkey, c.name, sum(l.extendedprice * (1 - l.discount)) revenue, c.acctbal, n.name, c.address, c.phone, c.comment
FROM customer c, orders o, lineitem l, nation n
WHERE c.custkey = o.custkey AND l.orderkey = o.orderkey AND o.orderdate >= DATE '1993-10-01' AND o.orderdate < DATE '1994-01-01' AND l.returnflag = 'R'
  AND c.nationkey = n.nationkey
GROUP BY c.custkey, c.name, c.acctbal, c.phone, n.name, c.address, c.comment ORDER BY revenue DESC LIMIT 20;
SELECT ps.partkey, sum(ps.supplycost * ps.availqty) FROM partsupp ps, supplier s, nation n
WHERE ps.suppkey = s.suppkey AND s.nationkey = n.nationkey AND n.name = 'GERMANY' GROUP BY ps.partkey
HAVING sum(ps.supplycost * ps.availqty) > (SELECT sum(ps.supplycost * ps.availqty) * 0.0001e0 FROM partsupp ps, supplier s, nation n
  WHERE ps.suppkey = s.suppkey AND s.nationkey = n.nationkey AND n.name = 'GERMANY');
SELECT l.shipmode, sum(CASE WHEN o.orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END), sum(CASE WHEN o.orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END)
FROM orders o, lineitem l WHERE o.orderkey = l.orderkey AND l.shipmode IN ('MAIL', 'SHIP') AND l.commitdate < l.receiptdate AND l.shipdate < l.commitdate
  AND l.receiptdate >= DATE '1994-01-01' AND l.receiptdate < DATE '1995-01-01' GROUP BY l.shipmode;
SELECT c_count, count(*) FROM (SELECT c.custkey, count(o.orderkey) c_count FROM customer c LEFT JOIN orders o
  ON c.custkey = o.custkey AND o.comment NOT LIKE '%special%requests%' GROUP BY c.custkey) GROUP BY c_count;
SELECT sum(CASE WHEN p.type LIKE 'PROMO%' THEN l.extendedprice * (1 - l.discount) ELSE 0 END), sum(l.extendedprice * (1 - l.discount))
FROM lineitem l, part p WHERE l.partkey = p.partkey AND l.shipdate >= DATE '1995-09-01' AND l.shipdate < DATE '1995-10-01';
WITH revenue AS (SELECT suppkey, round(sum(extendedprice * (1 - discount)), 2) total FROM lineitem
  WHERE shipdate >= DATE '1996-01-01' AND shipdate < DATE '1996-04-01' GROUP BY suppkey)
SELECT s.suppkey, s.name, s.address, s.phone, r.total FROM supplier s, revenue r WHERE s.suppkey = r.suppkey AND r.total = (SELECT max(total) FROM revenue);
SELECT p.brand, p.type, p.size, count(DISTINCT ps.suppkey) FROM partsupp ps, part p
WHERE p.partkey = ps.partkey AND p.brand <> 'Brand#45' AND p.type NOT LIKE 'MEDIUM POLISHED%' AND p.size IN (49, 14, 23, 45, 19, 3, 36, 9)
  AND ps.suppkey NOT IN (SELECT suppkey FROM supplier WHERE comment LIKE '%Customer%Complaints%') GROUP BY p.brand, p.type, p.size;
SELECT sum(l.extendedprice) / 7e0 FROM lineitem l, part p WHERE p.partkey = l.partkey AND p.brand = 'Brand#23' AND p.container = 'MED BOX'
  AND l.quantity < (SELECT 0.2e0 * avg(quantity) FROM lineitem WHERE partkey = p.partkey);
SELECT c.name, c.custkey, o.orderkey, o.orderdate, o.totalprice, sum(l.quantity) FROM customer c, orders o, lineitem l
WHERE o.orderkey IN (SELECT orderkey FROM lineitem GROUP BY orderkey HAVING sum(quantity) > 250) AND c.custkey = o.custkey AND o.orderkey = l.orderkey
GROUP BY c.name, c.custkey, o.orderkey, o.orderdate, o.totalprice ORDER BY o.totalprice DESC, o.orderdate LIMIT 100;
SELECT sum(l.extendedprice * (1 - l.discount)) FROM lineitem l, part p WHERE p.partkey = l.partkey AND l.shipmode IN ('AIR', 'AIR REG') AND l.shipinstruct = 'DELIVER IN PERSON'
  AND ((p.brand = 'Brand#12' AND p.container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG') AND l.quantity BETWEEN 1 AND 11 AND p.size BETWEEN 1 AND 5)
    OR (p.brand = 'Brand#23' AND p.container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK') AND l.quantity BETWEEN 10 AND 20 AND p.size BETWEEN 1 AND 10)
    OR (p.brand = 'Brand#34' AND p.container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG') AND l.quantity BETWEEN 20 AND 30 AND p.size BETWEEN 1 AND 15));
SELECT s.name, s.address FROM supplier s, nation n WHERE s.suppkey IN (SELECT ps.suppkey FROM partsupp ps WHERE ps.partkey IN (SELECT partkey FROM part WHERE name LIKE 'forest%')
  AND ps.availqty > (SELECT 0.5e0 * sum(l.quantity) FROM lineitem l WHERE l.partkey = ps.partkey AND l.suppkey = ps.suppkey
    AND l.shipdate >= DATE '1994-01-01' AND l.shipdate < DATE '1995-01-01')) AND s.nationkey = n.nationkey AND n.name = 'CANADA';
SELECT s.name, count(*) FROM supplier s, lineitem l1, orders o, nation n
WHERE s.suppkey = l1.suppkey AND o.orderkey = l1.orderkey AND o.orderstatus = 'F' AND l1.receiptdate > l1.commitdate
  AND EXISTS (SELECT * FROM lineitem l2 WHERE l2.orderkey = l1.orderkey AND l2.suppkey <> l1.suppkey)
  AND NOT EXISTS (SELECT * FROM lineitem l3 WHERE l3.orderkey = l1.orderkey AND l3.suppkey <> l1.suppkey AND l3.receiptdate > l3.commitdate)
  AND s.nationkey = n.nationkey AND n.name = 'SAUDI ARABIA' GROUP BY s.name;
SELECT cntrycode, count(*), sum(acctbal) FROM (SELECT substr(phone, 1, 2) cntrycode, acctbal FROM customer c WHERE substr(phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17')
  AND acctbal > (SELECT avg(acctbal) FROM customer WHERE acctbal > 0.00 AND substr(phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17'))
  AND NOT EXISTS (SELECT * FROM orders o WHERE o.custkey = c.custkey)) GROUP BY cntrycode;
